import { z } from 'zod';
import { grantableDispositions } from '../../contracts/autonomy.ts';
import { Grant, GrantStep } from '../../contracts/grant.ts';
import { classView, demandLead, knownClass, press, setLevel, signGrant, stepUp } from '../../decide/index.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import { ClassReport, classReport } from '../autonomy-views.ts';
import type { AutonomyDeps, ServerDeps } from '../deps.ts';
import { KeyedHeaders, writeOnce } from '../keyed-write.ts';
import { InTenant, Short } from './params.ts';

export const ClassKey = z
  .string()
  .regex(
    /^[a-z0-9_-]{1,64}\/(close|act):[a-z0-9_-]{1,64}$/,
    'must be a class, such as "credential-access/close:benign"',
  );
const Name = z.string().regex(/^[a-z0-9_-]{1,64}$/);
const Level = z.strictObject({
  family: Name,
  subject: z.discriminatedUnion('does', [
    z.strictObject({ does: z.literal('close'), disposition: z.enum(grantableDispositions) }),
    z.strictObject({ does: z.literal('act'), kind: Name }),
  ]),
  level: z.union([z.literal(0), z.literal(1)]).describe('0 off, 1 shadow; higher levels are granted'),
});
const Sign = z.strictObject({
  class: ClassKey,
  level: z.union([z.literal(2), z.literal(3), z.literal(4)]),
  seen: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
    .describe("The record's digest, as you read it"),
});

/** Classes: what they have earned, what they may do, and who says so. */
export function classRoutes(app: App, deps: ServerDeps, autonomy: () => AutonomyDeps): void {
  const { store } = deps;
  const report = async (tx: StateTx, tenant: string, key: string, signer: string) =>
    classReport(await classView(tx, autonomy().parts, await knownClass(tx, tenant, key), signer));

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/autonomy',
    config: { needs: 'autonomy.read' },
    schema: {
      tags: ['autonomy'],
      summary: 'Every class: its level, record, grant, and what it lacks',
      params: InTenant,
      response: { 200: z.object({ items: z.array(ClassReport) }) },
    },
    handler: async (request) => {
      const { tenant, person } = accessOf(request);
      return store.withTenants([tenant.id], async (tx) => {
        const items: z.infer<typeof ClassReport>[] = [];
        for (const { key } of await tx.autonomy.classes(tenant.id))
          items.push(await report(tx, tenant.id, key, person.id));
        return { items };
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/autonomy/class',
    config: { needs: 'autonomy.read' },
    schema: {
      tags: ['autonomy'],
      summary: 'One class, by its key',
      params: InTenant,
      querystring: z.object({ class: ClassKey }),
      response: { 200: ClassReport },
    },
    handler: async (request) => {
      const { tenant, person } = accessOf(request);
      return store.withTenants([tenant.id], (tx) => report(tx, tenant.id, request.query.class, person.id));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/autonomy/levels',
    config: { needs: 'autonomy.sign' },
    schema: {
      tags: ['autonomy'],
      summary: 'Put a class into shadow, where its record begins, or switch it off',
      params: InTenant,
      headers: KeyedHeaders,
      body: Level,
      response: { 201: ClassReport },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { tenant, person } = access;
      await demandLead(store, tenant.id, person);
      const { body } = await writeOnce(deps, access, request, null, async (tx) => {
        const { key } = await setLevel(tx, autonomy().parts, { tenant: tenant.id, ...request.body, by: person });
        return report(tx, tenant.id, key, person.id);
      });
      return reply.code(201).send(ClassReport.parse(body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/autonomy/grants',
    config: { needs: 'autonomy.sign' },
    schema: {
      tags: ['autonomy'],
      summary: 'Sign: a named lead lets a class act, on the record they have read',
      params: InTenant,
      headers: KeyedHeaders,
      body: Sign,
      response: { 201: Grant },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { tenant, person } = access;
      await demandLead(store, tenant.id, person);
      const { class: key, level, seen } = request.body;
      const { body } = await writeOnce(deps, access, request, null, (tx) =>
        signGrant(tx, autonomy().parts, { tenant: tenant.id, key, level, seen, by: person }),
      );
      return reply.code(201).send(Grant.parse(body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/autonomy/steps',
    config: { needs: 'autonomy.sign' },
    schema: {
      tags: ['autonomy'],
      summary: 'Let a grant run on the next share of its class',
      params: InTenant,
      headers: KeyedHeaders,
      body: z.strictObject({ class: ClassKey }),
      response: { 201: GrantStep },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { tenant, person } = access;
      await demandLead(store, tenant.id, person);
      const { body } = await writeOnce(deps, access, request, null, (tx) =>
        stepUp(tx, autonomy().parts, tenant.id, request.body.class, person),
      );
      return reply.code(201).send(GrantStep.parse(body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/autonomy/demotions',
    config: { needs: 'autonomy.demote' },
    schema: {
      tags: ['autonomy'],
      summary: 'Take a class back to shadow, at once; nobody has to ask',
      params: InTenant,
      headers: KeyedHeaders,
      body: z.strictObject({ class: ClassKey, why: Short.default('') }),
      response: { 201: ClassReport },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { tenant, person } = access;
      const { class: key, why } = request.body;
      const { body } = await writeOnce(deps, access, request, null, async (tx) => {
        await press(tx, autonomy().parts, tenant.id, key, person, why);
        return report(tx, tenant.id, key, person.id);
      });
      return reply.code(201).send(ClassReport.parse(body));
    },
  });
}
