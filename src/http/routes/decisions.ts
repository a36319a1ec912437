import { z } from 'zod';
import { Confidence, Determination, verdictReasons } from '../../contracts/determination.ts';
import { Disposition, dispositions } from '../../contracts/investigation.ts';
import { demandPerson, recordDetermination, recordReopening } from '../../decide/index.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { type Access, accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { WriteHeaders, writeOnce } from '../keyed-write.ts';
import { expectedState } from '../precondition.ts';
import { Reopened, VerdictReasons } from '../views.ts';
import { Id, InTenant, Moment, OfFinding, PlainText } from './params.ts';

const Verdict = z.strictObject({
  verdict: Disposition,
  reason: PlainText.pipe(z.string().max(400)).describe("From the verdict's short list, or `other: ...`"),
  note: PlainText.pipe(z.string().max(10_000)).default(''),
  confidence: Confidence.optional(),
  timeSpentMs: z.number().int().min(0).max(86_400_000).optional(),
  evidence: z.array(Id).max(200).optional().describe('Events of the finding that the verdict rests on'),
  activityStartedAt: Moment.optional().describe('Of a threat: when the activity really started'),
  reverses: Id.optional().describe(
    'The determination in force that you mean to reverse, where If-Match is older than it',
  ),
});
const Reopen = z.strictObject({ reason: PlainText.pipe(z.string().max(400)) });

/** Where a person decides. Both writes name the revision seen, and count once however often they are sent. */
export function decisionRoutes(app: App, deps: Pick<ServerDeps, 'store' | 'clock' | 'decisionListeners'>): void {
  const listeners = deps.decisionListeners ?? [];
  app.route({
    method: 'GET',
    url: '/api/v1/verdict-reasons',
    config: { needs: 'session' },
    schema: {
      tags: ['decisions'],
      summary: 'The short list of reasons for each verdict',
      response: { 200: VerdictReasons },
    },
    handler: async () => {
      const { threat, benign, false_positive, inconclusive } = verdictReasons;
      return {
        threat: [...threat],
        benign: [...benign],
        false_positive: [...false_positive],
        inconclusive: [...inconclusive],
      };
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/verdict-reasons',
    config: { needs: 'findings.read' },
    schema: {
      tags: ['decisions'],
      summary: "The short list of reasons for each verdict, with the tenant's own",
      params: InTenant,
      response: { 200: VerdictReasons },
    },
    handler: async (request) => {
      const { id: tenant } = accessOf(request).tenant;
      const { policy } = await deps.store.withTenants([tenant], (tx) => tx.policy.get(tenant));
      const all = (verdict: Disposition) => [...verdictReasons[verdict], ...(policy.extraReasons[verdict] ?? [])];
      const [threat, benign, false_positive, inconclusive] = dispositions.map(all);
      return VerdictReasons.parse({ threat, benign, false_positive, inconclusive });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/determinations',
    config: { needs: 'findings.decide' },
    schema: {
      tags: ['decisions'],
      summary: 'Decide on a finding; on one already determined, reverse',
      params: OfFinding,
      headers: WriteHeaders,
      body: Verdict,
      response: { 201: Determination },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const reviewed = reviewedIn(access, request.params.id, request.headers);
      const answer = await decideOnce(deps, access, request, (tx) =>
        // Tokens may not decide: whoever comes this far signed in.
        recordDetermination(
          tx,
          deps.clock,
          { ...reviewed, ...request.body, by: access.person, fromSession: true },
          listeners,
        ),
      );
      if (answer.replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(201).send(Determination.parse(answer.body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/reopenings',
    config: { needs: 'findings.decide' },
    schema: {
      tags: ['decisions'],
      summary: 'Put a determined or closed finding back into the queue',
      params: OfFinding,
      headers: WriteHeaders,
      body: Reopen,
      response: { 201: Reopened },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const reviewed = reviewedIn(access, request.params.id, request.headers);
      const answer = await decideOnce(deps, access, request, (tx) =>
        recordReopening(tx, deps.clock, { ...reviewed, ...request.body, by: access.person }, listeners),
      );
      if (answer.replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(201).send(Reopened.parse(answer.body));
    },
  });
}

function reviewedIn({ tenant }: Access, findingId: string, headers: z.infer<typeof WriteHeaders>) {
  return { tenant: tenant.id, findingId, ...expectedState(headers['if-match']) };
}

/** One decision by a person, under its Idempotency-Key, with the finding locked throughout. */
async function decideOnce(
  deps: Pick<ServerDeps, 'store' | 'clock'>,
  access: Access,
  request: Parameters<typeof writeOnce>[2] & { params: z.infer<typeof OfFinding> },
  decide: (tx: StateTx) => Promise<unknown>,
) {
  await demandPerson(deps.store, access.tenant.id, access.person);
  return writeOnce(deps, access, request, request.params.id, decide);
}
