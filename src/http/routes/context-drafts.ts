import { z } from 'zod';
import { ContextFact } from '../../contracts/context.ts';
import { WeeklyHours } from '../../contracts/weekly-hours.ts';
import { draftsOf } from '../../decide/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { foundFinding } from './findings.ts';
import { OfFinding } from './params.ts';

const Draft = ContextFact.pick({ entity: true, body: true, text: true }).extend({ until: z.number() });

/** What a finding would teach if somebody called it expected: drafts, which weigh nothing until a person says them. */
export function contextDraftRoutes(app: App, { store, clock }: Pick<ServerDeps, 'store' | 'clock'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/findings/:id/context-drafts',
    config: { needs: 'findings.read' },
    schema: {
      tags: ['context', 'findings'],
      summary: 'Expected behaviour as this finding shows it, to be changed and said by a person or left',
      params: OfFinding,
      querystring: z.object({ timeZone: WeeklyHours.shape.timeZone.default('UTC') }),
      response: { 200: z.object({ items: z.array(Draft) }) },
    },
    handler: async (request) => {
      const { id: tenant } = accessOf(request).tenant;
      const { finding } = await store.withTenants([tenant], (tx) => foundFinding(tx, tenant, request.params.id));
      return { items: [...draftsOf(finding, request.query.timeZone, clock.now())] };
    },
  });
}
