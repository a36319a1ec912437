import { z } from 'zod';
import { levels } from '../../contracts/detection.ts';
import { Disposition } from '../../contracts/investigation.ts';
import type { ReviewTask } from '../../contracts/review.ts';
import { demandPerson, detectorSeverity, mayAnswer, recordOpinion, taskFor } from '../../decide/index.ts';
import type { Reader } from '../../ports/state/review.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { WriteHeaders, writeOnce } from '../keyed-write.ts';
import { entityTag, expectedRevision } from '../precondition.ts';
import { findingView, readerOf } from '../sight.ts';
import { FindingView } from '../views.ts';
import { foundFinding } from './findings.ts';
import { InTenant, OfFinding, PlainText } from './params.ts';

/** Open tasks looked at for one person's list, most urgent first. */
const MOST_TASKS = 500;
const MOST_LISTED = 100;

const Person = z.object({ id: z.string(), name: z.string() });

/** `review` covers all but settling: what kind it is would tell what the AI or somebody else had said. */
const Asked = z.object({
  id: z.string(),
  kind: z.enum(['review', 'adjudication']),
  finding: z.string(),
  createdAt: z.number(),
  dueAt: z.number(),
  late: z.boolean(),
});
const AskedRow = Asked.extend({ title: z.string(), severity: z.enum(levels) });
const AskedPage = Asked.extend({
  /** Without anybody's opinion. */
  view: FindingView,
  /** Of an adjudication: what people said, who do not agree. */
  opinions: z.array(
    z.object({ by: Person, verdict: Disposition, reason: z.string(), note: z.string(), at: z.number() }),
  ),
  etag: z.string(),
});
const Opinion = z.strictObject({
  verdict: Disposition,
  reason: PlainText.pipe(z.string().max(400)),
  note: PlainText.pipe(z.string().max(10_000)).default(''),
});
const Answered = z.object({ id: z.string(), finding: z.string(), verdict: Disposition, at: z.number() });

/** Opinions asked of the caller, and where they give them. */
export function reviewTaskRoutes(app: App, deps: ServerDeps): void {
  const { store, clock } = deps;
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/reviews',
    config: { needs: 'reviews.do' },
    schema: {
      tags: ['reviews'],
      summary: 'Opinions asked of me, most urgent first',
      params: InTenant,
      response: { 200: z.object({ items: z.array(AskedRow) }) },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      return store.withTenants([tenant], async (tx) => {
        const mine = await myTasks(tx, tenant, readerOf(access));
        const items: z.infer<typeof AskedRow>[] = [];
        for (const task of mine) {
          const { finding } = await foundFinding(tx, tenant, task.finding);
          items.push({
            ...asked(task, clock.now()),
            title: finding.title,
            severity: detectorSeverity(finding),
          });
        }
        return { items };
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/reviews/:id',
    config: { needs: 'reviews.do' },
    schema: {
      tags: ['reviews'],
      summary: "The finding to review, without the AI's opinion or anybody's verdict",
      params: OfFinding,
      response: { 200: AskedPage },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      const page = await store.withTenants([tenant], async (tx) => {
        const task = await taskFor(tx, tenant, request.params.id, readerOf(access));
        const { finding } = await foundFinding(tx, tenant, task.finding);
        return {
          ...asked(task, clock.now()),
          view: findingView(finding, 'review'),
          opinions: task.kind === 'adjudication' ? await opinionsOn(tx, task) : [],
          etag: entityTag(finding.revision),
        };
      });
      reply.header('etag', page.etag);
      return page;
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/reviews/:id/opinions',
    config: { needs: 'reviews.do' },
    schema: {
      tags: ['reviews'],
      summary: 'Give the opinion; where people disagree a lead is asked, whose verdict becomes the determination',
      params: OfFinding,
      headers: WriteHeaders,
      body: Opinion,
      response: { 201: Answered },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { person, tenant } = access;
      await demandPerson(store, tenant.id, person);
      const opinion = {
        ...request.body,
        tenant: tenant.id,
        task: request.params.id,
        expectedRevision: expectedRevision(request.headers['if-match']),
        by: person,
        reader: readerOf(access),
      };
      const listeners = { decision: deps.decisionListeners ?? [], review: deps.reviewListeners ?? [] };
      const answer = await writeOnce(deps, access, request, null, async (tx) => {
        const { id, finding, opinion: given } = await recordOpinion(tx, clock, opinion, listeners);
        return { id, finding, verdict: given?.verdict, at: given?.at };
      });
      if (answer.replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(201).send(Answered.parse(answer.body));
    },
  });
}

async function myTasks(tx: StateTx, tenant: string, reader: Reader): Promise<readonly ReviewTask[]> {
  const mine: ReviewTask[] = [];
  for (const task of await tx.review.tasks(tenant, { state: 'open' }, MOST_TASKS)) {
    if (mine.length >= MOST_LISTED) break;
    if (await mayAnswer(tx, task, reader)) mine.push(task);
  }
  return mine;
}

function asked({ id, kind, finding, createdAt, dueAt }: ReviewTask, now: number): z.infer<typeof Asked> {
  return {
    id,
    kind: kind === 'adjudication' ? 'adjudication' : 'review',
    finding,
    createdAt,
    dueAt,
    late: now > dueAt,
  };
}

/** The determination in force and every opinion given on the finding, oldest first. */
async function opinionsOn(tx: StateTx, { tenant, finding }: ReviewTask) {
  const decided = await tx.determinations.ofFinding(tenant, finding);
  const done = await tx.review.tasks(tenant, { state: 'done', finding }, MOST_LISTED);
  const standing = decided.filter(({ supersededAt }) => supersededAt === null);
  return [...standing, ...done.flatMap(({ opinion }) => (opinion === null ? [] : [opinion]))]
    .map(({ by, verdict, reason, note, at }) => ({ by, verdict, reason, note, at }))
    .toSorted((a, b) => a.at - b.at);
}
