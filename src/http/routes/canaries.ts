import { z } from 'zod';
import { Canary } from '../../contracts/grant.ts';
import { canariesIn, plant } from '../../decide/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { AutonomyDeps, ServerDeps } from '../deps.ts';
import { KeyedHeaders, writeOnce } from '../keyed-write.ts';
import { Id, InTenant, Limit, Short } from './params.ts';

const Planting = z.strictObject({
  finding: Id,
  material: Short.pipe(z.string().min(1)).describe(
    'Where the planted events came from; never what a model was trained on',
  ),
});

/** Known threats in the stream; seen by whoever plants them, and by nobody who decides on them before they have. */
export function canaryRoutes(app: App, deps: ServerDeps, autonomy: () => AutonomyDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/canaries',
    config: { needs: 'canaries.manage' },
    schema: {
      tags: ['autonomy'],
      summary: 'Planted known threats and what became of them, newest first',
      params: InTenant,
      querystring: z.object({ limit: Limit }),
      response: { 200: z.object({ items: z.array(Canary) }) },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const items = await deps.store.withTenants([tenant.id], (tx) => canariesIn(tx, tenant.id, request.query.limit));
      return { items: [...items] };
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/canaries',
    config: { needs: 'canaries.manage' },
    schema: {
      tags: ['autonomy'],
      summary: 'Mark a finding made of planted events as a known threat',
      params: InTenant,
      headers: KeyedHeaders,
      body: Planting,
      response: { 201: Canary },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const planting = { tenant: access.tenant.id, ...request.body, by: access.person };
      const { body } = await writeOnce(deps, access, request, request.body.finding, (tx) =>
        plant(tx, autonomy().parts, planting),
      );
      return reply.code(201).send(Canary.parse(body));
    },
  });
}
