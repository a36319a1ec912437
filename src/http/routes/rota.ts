import { z } from 'zod';
import { Shift } from '../../contracts/rota.ts';
import { addShift, demandPerson, withdrawShift } from '../../decide/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { idempotencyKey } from '../idempotency.ts';
import { KeyedHeaders, writeOnce } from '../keyed-write.ts';
import { Id, InTenant, Moment, OfFinding, PlainText } from './params.ts';

const Planned = z.strictObject({
  account: Id,
  name: PlainText.pipe(z.string().min(1).max(200)),
  duty: Shift.shape.duty.default('on_call'),
  startsAt: Moment,
  endsAt: Moment,
  contact: PlainText.pipe(z.string().min(1).max(320)).describe('Where the notifier reaches them'),
});

/** Who is on call. */
export function rotaRoutes(app: App, deps: ServerDeps): void {
  const { store, clock } = deps;
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/rota',
    config: { needs: 'rota.read' },
    schema: {
      tags: ['rota'],
      summary: 'Shifts that run or will, in the order in which they are paged',
      params: InTenant,
      response: { 200: z.object({ items: z.array(Shift) }) },
    },
    handler: async (request) => {
      const { id: tenant } = accessOf(request).tenant;
      const items = await store.withTenants([tenant], (tx) => tx.review.shifts(tenant, clock.now()));
      return { items: [...items] };
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/rota/shifts',
    config: { needs: 'rota.write' },
    schema: {
      tags: ['rota'],
      summary: 'Put somebody on call',
      params: InTenant,
      headers: KeyedHeaders,
      body: Planned,
      response: { 201: Shift },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { account, name } = request.body;
      await demandPerson(store, access.tenant.id, { id: account, name });
      const key = idempotencyKey(request.headers['idempotency-key']);
      const planned = { ...request.body, tenant: access.tenant.id, key, by: access.person };
      const answer = await writeOnce(deps, access, request, null, (tx) => addShift(tx, clock, planned));
      return reply.code(201).send(Shift.parse(answer.body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/rota/shifts/:id/withdrawals',
    config: { needs: 'rota.write' },
    schema: {
      tags: ['rota'],
      summary: 'Take a shift off the rota; it stays on record',
      params: OfFinding,
      headers: KeyedHeaders,
      response: { 200: z.object({ id: z.string() }) },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id } = request.params;
      const gone = { tenant: access.tenant.id, id, by: access.person };
      await writeOnce(deps, access, request, null, async (tx) => {
        await withdrawShift(tx, clock, gone);
        return { id };
      });
      return { id };
    },
  });
}
