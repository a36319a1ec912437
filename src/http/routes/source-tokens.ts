import { z } from 'zod';
import { Source } from '../../contracts/source.ts';
import { endSourceToken, makeSourceToken } from '../../ingest/index.ts';
import { accessOf, actorOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { SourceTokenView, tokenView } from '../views-sources.ts';
import { Id, InTenant } from './params.ts';

const OfSource = InTenant.extend({ id: Source.shape.id });

/** Tokens of a source: another one before the shipper is changed over, and the end of the one before. */
export function sourceTokenRoutes(app: App, deps: Pick<ServerDeps, 'store' | 'clock'>): void {
  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/sources/:id/tokens',
    config: { needs: 'sources.write' },
    schema: {
      tags: ['sources'],
      summary: 'Make another token beside the one there is; it is in this answer and never again',
      params: OfSource,
      response: { 201: SourceTokenView.extend({ token: z.string() }) },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const source = { tenant: access.tenant.id, id: request.params.id };
      const { kept, token } = await makeSourceToken(deps, source, actorOf(access));
      return reply.code(201).send({ ...tokenView(kept), token });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/sources/:id/tokens/:token/endings',
    config: { needs: 'sources.write' },
    schema: {
      tags: ['sources'],
      summary: 'End a token; what is sent with it is refused within seconds, on every server',
      params: OfSource.extend({ token: Id }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { id, token } = request.params;
      await endSourceToken(deps, { tenant: access.tenant.id, id }, token, actorOf(access));
      return reply.code(204).send(null);
    },
  });
}
