import { z } from 'zod';
import { DoorName, Source } from '../../contracts/source.ts';
import { addSource, changeSource, endSource } from '../../ingest/index.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StoredSource } from '../../ports/state/sources.ts';
import { accessOf, actorOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { entityTag, expectedRevision } from '../precondition.ts';
import { SourceView, SourceWithToken, sourceView } from '../views-sources.ts';
import { InTenant, PlainText } from './params.ts';
import { sourceTokenRoutes } from './source-tokens.ts';

const OfSource = InTenant.extend({ id: Source.shape.id });
const IfMatch = z.looseObject({
  'if-match': z.string().optional().describe('Required: the ETag of the source as you saw it'),
});
const Name = PlainText.pipe(z.string().trim().min(1).max(200));
const Peers = z
  .array(z.string().max(60))
  .max(64)
  .describe('Of syslog senders: addresses and ranges, such as 10.1.0.0/16');
const Fingerprints = z.array(z.string().max(100)).max(64).describe('Of syslog senders: SHA-256 of client certificates');
const NewSource = z.strictObject({
  id: Source.shape.id.describe('Part of the ids of its events; never used twice'),
  name: Name,
  door: DoorName,
  peers: Peers.default([]),
  fingerprints: Fingerprints.default([]),
});
const Change = z.strictObject({
  name: Name.optional(),
  peers: Peers.optional(),
  fingerprints: Fingerprints.optional(),
});
const Which = z.object({
  ended: z.enum(['true', 'false']).default('false').describe('Whether those that ended are listed'),
});

/** Feeds of telemetry of a tenant: who may send, what came of it, and the end of it. */
export function sourceRoutes(app: App, deps: Pick<ServerDeps, 'store' | 'clock' | 'sourceCounts'>): void {
  const { store, sourceCounts } = deps;
  const countsOf = (source: StoredSource) => sourceCounts?.({ tenant: source.tenant, id: source.id });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/sources',
    config: { needs: 'sources.read' },
    schema: {
      tags: ['sources'],
      summary: 'Sources by id, with what they have sent since the server began',
      params: InTenant,
      querystring: Which,
      response: { 200: z.object({ items: z.array(SourceView) }) },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      return store.withTenants([tenant.id], async ({ sources }) => {
        const tokens = await sources.tokens(tenant.id);
        const items = await sources.list(tenant.id, request.query.ended === 'true');
        return { items: items.map((each) => sourceView(each, tokens, countsOf(each))) };
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/sources',
    config: { needs: 'sources.write' },
    schema: {
      tags: ['sources'],
      summary: 'Add a source; its first token is in this answer and never again',
      params: InTenant,
      body: NewSource,
      response: { 201: SourceWithToken },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const wish = { ...request.body, tenant: access.tenant.id };
      const { source, made } = await addSource(deps, wish, actorOf(access));
      reply.header('etag', entityTag(source.revision));
      return reply.code(201).send({ ...sourceView(source, [made.kept], undefined), token: made.token });
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/sources/:id',
    config: { needs: 'sources.read' },
    schema: {
      tags: ['sources'],
      summary: 'One source; its revision is the ETag',
      params: OfSource,
      response: { 200: SourceView },
    },
    handler: async (request, reply) => {
      const { tenant } = accessOf(request);
      const { id } = request.params;
      return store.withTenants([tenant.id], async ({ sources }) => {
        const source = await sources.get(tenant.id, id);
        if (source === null) throw new BridgewatchError('SOURCE_UNKNOWN', `there is no source ${id}`, 404);
        reply.header('etag', entityTag(source.revision));
        return sourceView(source, await sources.tokens(tenant.id, id), countsOf(source));
      });
    },
  });

  app.route({
    method: 'PATCH',
    url: '/api/v1/tenants/:t/sources/:id',
    config: { needs: 'sources.write' },
    schema: {
      tags: ['sources'],
      summary: 'Change what a source is called, or by what its senders are known',
      params: OfSource,
      headers: IfMatch,
      body: Change,
      response: { 200: SourceView },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const tenant = access.tenant.id;
      const { id } = request.params;
      const seen = expectedRevision(request.headers['if-match']);
      const source = await changeSource(deps, { tenant, id }, seen, request.body, actorOf(access));
      const tokens = await store.withTenants([tenant], (tx) => tx.sources.tokens(tenant, id));
      reply.header('etag', entityTag(source.revision));
      return sourceView(source, tokens, countsOf(source));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/sources/:id/endings',
    config: { needs: 'sources.write' },
    schema: {
      tags: ['sources'],
      summary: 'Take nothing from a source any more; its tokens end with it, for good',
      params: OfSource,
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      await endSource(deps, { tenant: access.tenant.id, id: request.params.id }, actorOf(access));
      return reply.code(204).send(null);
    },
  });

  sourceTokenRoutes(app, deps);
}
