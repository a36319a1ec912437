import { z } from 'zod';
import type { TuningProposal } from '../../contracts/tuning.ts';
import { acceptProposal, LONGEST_DAYS, withdrawProposal } from '../../learn/index.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { type Access, accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { KeyedHeaders, WriteHeaders, writeOnce } from '../keyed-write.ts';
import { entityTag, expectedRevision } from '../precondition.ts';
import { TuningView, tuningView } from '../views-tuning.ts';
import { Id, Moment, PlainText } from './params.ts';
import { sightOf, speakerOf, tuningOf } from './tuning-parts.ts';

const OfProposal = z.object({ t: Id, id: Id });
const Reason = PlainText.pipe(z.string().trim().min(3).max(2000));

/** Accepting, declining and lifting. */
export function tuningDecisionRoutes(app: App, deps: ServerDeps): void {
  const { clock } = deps;
  const viewOf = async (tx: StateTx, access: Access, proposal: TuningProposal) =>
    tuningView(proposal, await sightOf(deps, tx, access));

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/tuning/:id/acceptances',
    config: { needs: 'tuning.accept' },
    schema: {
      tags: ['tuning'],
      summary: 'Accept a proposal: from now until it expires, what it meets is set aside',
      params: OfProposal,
      headers: WriteHeaders,
      body: z.strictObject({ reason: Reason, expiresAt: Moment.describe(`At most ${LONGEST_DAYS} days from now`) }),
      response: { 200: TuningView },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const of = { tenant: access.tenant.id, id: request.params.id };
      const seen = expectedRevision(request.headers['if-match']);
      const answer = await writeOnce(deps, access, request, null, async (tx) =>
        viewOf(tx, access, await acceptProposal(tx, tuningOf(deps), of, seen, request.body, speakerOf(access))),
      );
      const view = TuningView.parse(answer.body);
      reply.header('etag', entityTag(view.revision));
      return view;
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/tuning/:id/withdrawals',
    config: { needs: 'tuning.withdraw' },
    schema: {
      tags: ['tuning'],
      summary: 'Decline a proposal, or lift one that is accepted, at once and whatever it has become meanwhile',
      params: OfProposal,
      headers: KeyedHeaders,
      body: z.strictObject({ reason: Reason }),
      response: { 200: TuningView },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const of = { tenant: access.tenant.id, id: request.params.id };
      const answer = await writeOnce(deps, access, request, null, async (tx) =>
        viewOf(tx, access, await withdrawProposal(tx, of, request.body.reason, speakerOf(access), clock.now())),
      );
      const view = TuningView.parse(answer.body);
      reply.header('etag', entityTag(view.revision));
      return view;
    },
  });
}
