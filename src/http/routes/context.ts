import { z } from 'zod';
import { ContextFact, FactBody } from '../../contracts/context.ts';
import { Entity } from '../../contracts/entity.ts';
import { recordContext, withdrawContext } from '../../decide/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { idempotencyKey } from '../idempotency.ts';
import { KeyedHeaders, writeOnce } from '../keyed-write.ts';
import { InTenant, Moment, OfFinding, PlainText } from './params.ts';

const Fact = z.strictObject({
  entity: z.strictObject({ kind: Entity.shape.kind, value: PlainText.pipe(z.string().min(1).max(1000)) }),
  body: FactBody,
  text: PlainText.pipe(z.string().min(1).max(2000)),
  owner: PlainText.pipe(z.string().max(200)).default('').describe('Who answers for it; left out, whoever says it'),
  until: Moment.nullable().default(null),
});

/** What people know about the organisation, theirs and the customer's. */
export function contextRoutes(app: App, deps: ServerDeps): void {
  const { store, clock } = deps;
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/context',
    config: { needs: 'context.read' },
    schema: {
      tags: ['context'],
      summary: 'Facts that hold now, oldest first',
      params: InTenant,
      response: { 200: z.object({ items: z.array(ContextFact) }) },
    },
    handler: async (request) => {
      const { id: tenant } = accessOf(request).tenant;
      const items = await store.withTenants([tenant], (tx) => tx.context.holding(tenant, clock.now()));
      return { items: [...items] };
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/context',
    config: { needs: 'context.write' },
    schema: {
      tags: ['context'],
      summary: 'Say what no model can see',
      params: InTenant,
      headers: KeyedHeaders,
      body: Fact,
      response: { 201: ContextFact },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const key = idempotencyKey(request.headers['idempotency-key']);
      const fact = { ...request.body, tenant: access.tenant.id, by: access.person, key };
      const answer = await writeOnce(deps, access, request, null, (tx) => recordContext(tx, clock, fact));
      return reply.code(201).send(ContextFact.parse(answer.body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/context/:id/withdrawals',
    config: { needs: 'context.write' },
    schema: {
      tags: ['context'],
      summary: 'It does not hold any more; it stays on record',
      params: OfFinding,
      headers: KeyedHeaders,
      response: { 200: z.object({ id: z.string(), withdrawnAt: z.number() }) },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const withdrawal = { tenant: access.tenant.id, id: request.params.id, by: access.person };
      const answer = await writeOnce(deps, access, request, null, (tx) => withdrawContext(tx, clock, withdrawal));
      return z.object({ id: z.string(), withdrawnAt: z.number() }).parse(answer.body);
    },
  });
}
