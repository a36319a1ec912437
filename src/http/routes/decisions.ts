import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Determination, verdictReasons } from '../../contracts/determination.ts';
import { Disposition } from '../../contracts/investigation.ts';
import { demandPerson, recordDetermination, recordReopening } from '../../decide/index.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { type Access, accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { idempotencyKey, type KeyedWrite, once } from '../idempotency.ts';
import { expectedRevision } from '../precondition.ts';
import { Reopened, VerdictReasons } from '../views.ts';
import { OfFinding, PlainText } from './params.ts';

/** Required, but checked by hand: a missing one has a status and code of its own. */
const WriteHeaders = z.looseObject({
  'if-match': z.string().optional().describe('Required: the ETag of the finding as you saw it'),
  'idempotency-key': z.string().optional().describe('Required: new for each decision, the same for each retry of it'),
});
type WriteHeaders = z.infer<typeof WriteHeaders>;

const Verdict = z.strictObject({
  verdict: Disposition,
  reason: PlainText.pipe(z.string().max(400)).describe("From the verdict's short list, or `other: ...`"),
  note: PlainText.pipe(z.string().max(10_000)).default(''),
});
const Reopen = z.strictObject({ reason: PlainText.pipe(z.string().max(400)) });

/** Where a person decides. Both writes name the revision seen, and count once however often they are sent. */
export function decisionRoutes(app: App, deps: Pick<ServerDeps, 'store' | 'clock'>): void {
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
        recordDetermination(tx, deps.clock, { ...reviewed, ...request.body, by: access.person }),
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
      summary: 'Put a determined finding back into the queue',
      params: OfFinding,
      headers: WriteHeaders,
      body: Reopen,
      response: { 201: Reopened },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const reviewed = reviewedIn(access, request.params.id, request.headers);
      const answer = await decideOnce(deps, access, request, (tx) =>
        recordReopening(tx, deps.clock, { ...reviewed, ...request.body, by: access.person }),
      );
      if (answer.replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(201).send(Reopened.parse(answer.body));
    },
  });
}

function reviewedIn({ tenant }: Access, findingId: string, headers: WriteHeaders) {
  return { tenant: tenant.id, findingId, expectedRevision: expectedRevision(headers['if-match']) };
}

/** One decision under its Idempotency-Key, by a person, with the finding locked throughout. */
async function decideOnce(
  deps: Pick<ServerDeps, 'store' | 'clock'>,
  { person, tenant }: Access,
  request: Pick<FastifyRequest, 'method' | 'url' | 'body'> & {
    headers: WriteHeaders;
    params: z.infer<typeof OfFinding>;
  },
  decide: (tx: StateTx) => Promise<unknown>,
) {
  const write: KeyedWrite = {
    tenant: tenant.id,
    account: person.id,
    key: idempotencyKey(request.headers['idempotency-key']),
    request: {
      method: request.method,
      url: request.url,
      ifMatch: request.headers['if-match'] ?? '',
      body: request.body,
    },
  };
  await demandPerson(deps.store, tenant.id, person);
  return once(
    deps,
    write,
    (tx) => tx.findings.get(tenant.id, request.params.id, true),
    async (tx) => ({ status: 201, body: await decide(tx) }),
  );
}
