import { z } from 'zod';
import { HuntSchedule, SavedHunt } from '../../contracts/hunt.ts';
import { addHunt, changeHunt, endHunt } from '../../hunt/index.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { accessOf, actorOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { entityTag, expectedRevision } from '../precondition.ts';
import { SearchText, SqlText } from './hunt-question.ts';
import { Id, InTenant, PlainText } from './params.ts';
import { savedHuntRunRoutes } from './saved-hunt-runs.ts';

const OfHunt = z.object({ t: Id, id: Id });
const IfMatch = z.looseObject({
  'if-match': z.string().optional().describe('Required: the ETag of the hunt as you saw it'),
});
const said = {
  name: PlainText.pipe(z.string().trim().min(1).max(200)),
  hypothesis: PlainText.pipe(z.string().trim().max(2000)).describe('What would be true if this found something'),
  search: SearchText.nullable(),
  sql: SqlText.nullable(),
  hours: z.number().int().min(1).max(8784).describe('How far back a run looks'),
  schedule: HuntSchedule,
  owner: Id.optional().describe('Account; whoever saves it where absent'),
};
const NewHunt = z.strictObject({
  ...said,
  search: said.search.default(null),
  sql: said.sql.default(null),
  hours: said.hours.default(24),
  schedule: said.schedule.default({ kind: 'none' }),
});
const Change = z.strictObject(said).partial();
const Which = z.object({ ended: z.enum(['true', 'false']).default('false') });

/** Questions that are kept: what they expect, who owns them, when they run. */
export function savedHuntRoutes(app: App, deps: ServerDeps): void {
  const { store } = deps;

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/hunts',
    config: { needs: 'hunts.run' },
    schema: {
      tags: ['hunts'],
      summary: 'Saved hunts by name',
      params: InTenant,
      querystring: Which,
      response: { 200: z.object({ items: z.array(SavedHunt) }) },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const items = await store.withTenants([tenant.id], ({ hunts }) =>
        hunts.list(tenant.id, request.query.ended === 'true'),
      );
      return { items: [...items] };
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/hunts',
    config: { needs: 'hunts.write' },
    schema: {
      tags: ['hunts'],
      summary: 'Save a hunt: a search or SQL, what it would show, and when it runs by itself',
      params: InTenant,
      body: NewHunt,
      response: { 201: SavedHunt },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const hunt = await addHunt(deps, access.tenant.id, request.body, actorOf(access));
      return reply.code(201).header('etag', entityTag(hunt.revision)).send(hunt);
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/hunts/:id',
    config: { needs: 'hunts.run' },
    schema: {
      tags: ['hunts'],
      summary: 'One saved hunt; its revision is the ETag',
      params: OfHunt,
      response: { 200: SavedHunt },
    },
    handler: async (request, reply) => {
      const { tenant } = accessOf(request);
      const { id } = request.params;
      const hunt = await store.withTenants([tenant.id], ({ hunts }) => hunts.get(tenant.id, id));
      if (hunt === null) throw new BridgewatchError('HUNT_UNKNOWN', `there is no hunt ${id}`, 404);
      reply.header('etag', entityTag(hunt.revision));
      return hunt;
    },
  });

  app.route({
    method: 'PATCH',
    url: '/api/v1/tenants/:t/hunts/:id',
    config: { needs: 'hunts.write' },
    schema: {
      tags: ['hunts'],
      summary: 'Change a saved hunt',
      params: OfHunt,
      headers: IfMatch,
      body: Change,
      response: { 200: SavedHunt },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const seen = expectedRevision(request.headers['if-match']);
      const of = { tenant: access.tenant.id, id: request.params.id };
      const hunt = await changeHunt(deps, of, seen, request.body, actorOf(access));
      reply.header('etag', entityTag(hunt.revision));
      return hunt;
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/hunts/:id/endings',
    config: { needs: 'hunts.write' },
    schema: {
      tags: ['hunts'],
      summary: 'End a saved hunt; what it found stays',
      params: OfHunt,
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      await endHunt(deps, { tenant: access.tenant.id, id: request.params.id }, actorOf(access));
      return reply.code(204).send(null);
    },
  });

  savedHuntRunRoutes(app, deps);
}
