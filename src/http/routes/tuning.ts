import { z } from 'zod';
import { TuningLine, type TuningProposal } from '../../contracts/tuning.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { keepProposals, proposeFilters } from '../../learn/index.ts';
import { type Access, accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { idempotencyKey } from '../idempotency.ts';
import { KeyedHeaders, writeOnce } from '../keyed-write.ts';
import { entityTag } from '../precondition.ts';
import { TuningAnswer, TuningAside, TuningView, tuningView } from '../views-tuning.ts';
import { Id, InTenant, Limit, PlainText } from './params.ts';
import { tuningDecisionRoutes } from './tuning-decisions.ts';
import { sightOf, speakerOf, tuningOf } from './tuning-parts.ts';

const OfProposal = z.object({ t: Id, id: Id });
const Line = TuningLine.extend({
  field: z.string().regex(/^[A-Za-z_][\w.@-]{0,99}$/, 'must be the name of a field'),
  values: z
    .array(PlainText.pipe(z.string().trim().min(1).max(512)))
    .min(1)
    .max(3),
});
const Wish = z
  .strictObject({
    rule: PlainText.pipe(z.string().min(1).max(300)).optional().describe('Id of a Sigma rule; all where absent'),
    lines: z.array(Line).min(1).max(8).optional().describe('A filter of your own for that rule, to be proved'),
    days: z.number().int().min(1).max(90).default(14).describe('Days of stored events to try filters on'),
  })
  .refine(({ rule, lines }) => lines === undefined || rule !== undefined, 'lines are for one rule; name it');

/** Filters for what people keep calling false: proposed, proved, and in people's hands. */
export function tuningRoutes(app: App, deps: ServerDeps): void {
  const { store, clock } = deps;
  const views = (access: Access) =>
    store.withTenants([access.tenant.id], async (tx) => {
      const sight = await sightOf(deps, tx, access);
      return (await tx.tuning.list(access.tenant.id)).map((proposal) => tuningView(proposal, sight));
    });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/tuning',
    config: { needs: 'tuning.read' },
    schema: {
      tags: ['tuning'],
      summary: 'Tuning proposals, newest first',
      params: InTenant,
      response: { 200: z.object({ items: z.array(TuningView) }) },
    },
    handler: async (request) => ({ items: await views(accessOf(request)) }),
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/tuning',
    config: { needs: 'tuning.propose' },
    schema: {
      tags: ['tuning'],
      summary: 'Look for filters now; what is found counts in shadow and hides nothing',
      params: InTenant,
      headers: KeyedHeaders,
      body: Wish,
      response: { 200: TuningAnswer },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      idempotencyKey(request.headers['idempotency-key']);
      // Reads the lake for up to most of a minute: outside of any transaction.
      const { proposed, refused } = await proposeFilters(tuningOf(deps), { ...request.body, tenant });
      const answer = await writeOnce(deps, access, request, null, async (tx) => {
        const kept = await keepProposals(tx, proposed, speakerOf(access), clock.now());
        const sight = await sightOf(deps, tx, access);
        return { items: kept.map((proposal) => tuningView(proposal, sight)), refused };
      });
      return TuningAnswer.parse(answer.body);
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/tuning/:id',
    config: { needs: 'tuning.read' },
    schema: {
      tags: ['tuning'],
      summary: 'One tuning proposal; its revision is the ETag',
      params: OfProposal,
      response: { 200: TuningView },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      const { id } = request.params;
      const { proposal, sight } = await store.withTenants([tenant], async (tx) => ({
        proposal: demand(await tx.tuning.get(tenant, id), id),
        sight: await sightOf(deps, tx, access),
      }));
      reply.header('etag', entityTag(proposal.revision));
      return tuningView(proposal, sight);
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/tuning/:id/detections',
    config: { needs: 'tuning.read' },
    schema: {
      tags: ['tuning'],
      summary: 'Detections it set aside or counted in shadow, newest first',
      params: OfProposal,
      querystring: z.object({ limit: Limit }),
      response: { 200: TuningAside },
    },
    handler: async (request) => {
      const { id: tenant } = accessOf(request).tenant;
      const { id } = request.params;
      const items = await store.withTenants([tenant], async (tx) => {
        demand(await tx.tuning.get(tenant, id), id);
        return tx.tuning.asideOf(tenant, id, request.query.limit);
      });
      return { items: [...items] };
    },
  });

  tuningDecisionRoutes(app, deps);
}

function demand(proposal: TuningProposal | null, id: string): TuningProposal {
  if (proposal === null) throw new BridgewatchError('TUNING_UNKNOWN', `there is no tuning proposal ${id}`, 404);
  return proposal;
}
