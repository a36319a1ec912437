import { z } from 'zod';
import type { SwitchScope } from '../../contracts/autonomy.ts';
import { AutomationStop } from '../../contracts/grant.ts';
import { inFlight, liftAutomation, standingStops, stopAutomation } from '../../decide/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import { SwitchView } from '../autonomy-views.ts';
import type { AutonomyDeps, ServerDeps } from '../deps.ts';
import { readerOf } from '../sight.ts';
import { ClassKey } from './classes.ts';
import { inSight } from './closures.ts';
import { InTenant, Short } from './params.ts';

const Scope = z.discriminatedUnion('stops', [
  z.strictObject({ stops: z.literal('everything'), why: Short.default('') }),
  z.strictObject({ stops: z.literal('tenant'), why: Short.default('') }),
  z.strictObject({ stops: z.literal('class'), class: ClassKey, why: Short.default('') }),
]);

/** The switch. A stop needs no key and no revision: pressing twice stops twice, and that harms nobody. */
export function switchRoutes(app: App, deps: ServerDeps, autonomy: () => AutonomyDeps): void {
  const { store, clock } = deps;

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/switch',
    config: { needs: 'switch.read' },
    schema: {
      tags: ['switch'],
      summary: 'What is stopped, by whom, and what was in flight',
      params: InTenant,
      response: { 200: SwitchView },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      const { parts, watch, heldByFile } = autonomy();
      const standing = await standingStops(store, [tenant]);
      const file = heldByFile().filter((scope) => scope.stops === 'everything' || scope.tenant === tenant);
      const everything = [...standing.map(({ scope }) => scope), ...file.map(({ stops }) => stops)].includes(
        'everything',
      );
      return store.withTenants([tenant], async (tx) => {
        const { closures, actions } = await inFlight(tx, parts, tenant);
        const { items } = await inSight(tx, tenant, readerOf(access), closures);
        return {
          stops: standing.filter((stop) => stop.tenant === tenant || stop.viaTenant === tenant),
          everything,
          file,
          known: watch.isKnown(),
          inFlight: { closures: items, actions: [...actions] },
        };
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/switch/stops',
    config: { needs: 'switch.stop' },
    schema: {
      tags: ['switch'],
      summary:
        'Stop automation of a class, of the tenant, or everything, within a second and until a named person lifts it',
      params: InTenant,
      body: Scope,
      response: { 201: AutomationStop },
    },
    handler: async (request, reply) => {
      const { tenant, person } = accessOf(request);
      const scope = scopeIn(request.body, tenant.id);
      const by = { id: person.id, name: person.name };
      const { why } = request.body;
      const stop = await stopAutomation(store, clock, { scope, via: 'console', viaTenant: tenant.id, why, by });
      await autonomy().watch.look();
      return reply.code(201).send(stop);
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/switch/lifts',
    config: { needs: 'switch.lift' },
    schema: {
      tags: ['switch'],
      summary: 'Lift the stops of one scope; those of others stand',
      params: InTenant,
      body: Scope,
      response: { 201: z.object({ lifted: z.array(AutomationStop) }) },
    },
    handler: async (request, reply) => {
      const { tenant, person } = accessOf(request);
      const { watch, heldByFile } = autonomy();
      const lifted = await liftAutomation(store, clock, {
        scope: scopeIn(request.body, tenant.id),
        viaTenant: tenant.id,
        why: request.body.why,
        by: { id: person.id, name: person.name },
        held: heldByFile(),
      });
      await watch.look();
      return reply.code(201).send({ lifted: [...lifted] });
    },
  });
}

function scopeIn(body: z.infer<typeof Scope>, tenant: string): SwitchScope {
  if (body.stops === 'everything') return { stops: 'everything' };
  return body.stops === 'tenant' ? { stops: 'tenant', tenant } : { stops: 'class', tenant, classKey: body.class };
}
