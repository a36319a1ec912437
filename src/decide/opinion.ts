import type { Disposition } from '../contracts/investigation.ts';
import type { ReviewTask } from '../contracts/review.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { stableId } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionListener, ReviewListener } from '../ports/listeners.ts';
import type { Reader } from '../ports/state/review.ts';
import type { StateTx, StoredFinding } from '../ports/state-store.ts';
import { recordDetermination } from './determination.ts';
import type { Person } from './person.ts';
import { askForReview } from './review-task.ts';
import { checkedNote, checkedReason } from './verdict-reason.ts';

const DAY = 86_400_000;
/** A disagreement may mean that a threat stands as benign: a lead looks within two days. */
const ADJUDICATE_WITHIN = 2 * DAY;

/** A person's answer to a review task. */
export interface OpinionRequest {
  readonly tenant: string;
  readonly task: string;
  /** Revision of the finding that they had before them. */
  readonly expectedRevision: number;
  readonly verdict: Disposition;
  readonly reason: string;
  readonly note: string;
  readonly by: Person;
  readonly reader: Reader;
}

interface Listeners {
  readonly decision: readonly DecisionListener[];
  readonly review: readonly ReviewListener[];
}

/** The task, where this reader may answer it. Throws `REVIEW_UNKNOWN` (404), `REVIEW_NOT_YOURS` (403) and `REVIEW_OVER` (409). */
export async function taskFor(
  tx: StateTx,
  tenant: string,
  id: string,
  reader: Reader,
  forUpdate = false,
): Promise<ReviewTask> {
  const task = await tx.review.task(tenant, id, forUpdate);
  if (task === null)
    throw new BridgewatchError('REVIEW_UNKNOWN', `no review "${id}" in this tenant; ids come from your reviews`, 404);
  if (!(await mayAnswer(tx, task, reader))) {
    throw new BridgewatchError(
      'REVIEW_NOT_YOURS',
      `review "${id}" needs somebody who has no opinion on the finding yet and was shown nobody's${task.kind === 'adjudication' ? ', and who may settle disagreements' : ''}`,
      403,
    );
  }
  if (task.state !== 'open') {
    throw new BridgewatchError(
      'REVIEW_OVER',
      `review "${id}" is ${task.state}${task.opinion === null ? '' : `: ${task.opinion.by.name} answered it`}; take another`,
      409,
    );
  }
  return task;
}

/** Whether the reader may give this opinion: it must be theirs, and a new one. */
export async function mayAnswer(tx: StateTx, task: ReviewTask, reader: Reader): Promise<boolean> {
  const allowed = task.kind === 'adjudication' ? reader.adjudicates : reader.reviews;
  if (!allowed || task.excludes.includes(reader.account)) return false;
  const disclosed = await tx.review.disclosed(task.tenant, task.finding);
  if (disclosed.has(reader.account)) return false;
  const decided = await tx.determinations.ofFinding(task.tenant, task.finding);
  return decided.every(({ by }) => by.id !== reader.account);
}

/**
 * Records an opinion, ledger first, in the caller's transaction; the caller has called `demandPerson`. Where it differs from what it
 * is compared with, a lead is asked; a lead's answer becomes the determination. Throws as `taskFor`, `DECIDE_*` (400) and
 * `FINDING_REVISION_STALE` (412).
 */
export async function recordOpinion(
  tx: StateTx,
  clock: Clock,
  request: OpinionRequest,
  listeners: Listeners,
): Promise<ReviewTask> {
  const { tenant, verdict, by } = request;
  const { policy } = await tx.policy.get(tenant);
  const reason = checkedReason(verdict, request.reason, policy.extraReasons[verdict]);
  const note = checkedNote(request.note);
  const task = await taskFor(tx, tenant, request.task, request.reader, true);
  const stored = await asSeen(tx, task, request.expectedRevision);
  const opinion = {
    by: { id: by.id, name: by.name },
    verdict,
    reason,
    note,
    at: clock.now(),
    blind:
      (await tx.review.liveIncident(tenant, stored.finding.id)) === null &&
      !(await tx.review.sawOpinion(tenant, stored.finding.id, by.id)),
  };
  const answered: ReviewTask = { ...task, state: 'done', opinion };
  const agrees = task.against === null ? null : !disagree(task, verdict);
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'review.answered',
    subject: { kind: 'review', id: task.id, revision: null },
    payload: { finding: task.finding, revision: stored.finding.revision, kind: task.kind, agrees, ...opinion },
  });
  await tx.review.answerTask(tenant, task.id, opinion);
  if (task.kind === 'adjudication') await settle(tx, clock, answered, stored, listeners.decision);
  else if (agrees === false) await askALead(tx, answered, opinion.at);
  const after = (await tx.findings.get(tenant, task.finding)) ?? stored;
  for (const listener of listeners.review) await listener.reviewed?.(tx, answered, after);
  return answered;
}

async function asSeen(tx: StateTx, task: ReviewTask, expected: number): Promise<StoredFinding> {
  const stored = await tx.findings.get(task.tenant, task.finding, true);
  if (stored === null || stored.finding.revision !== expected) {
    throw new BridgewatchError(
      'FINDING_REVISION_STALE',
      `finding "${task.finding}" is at revision ${stored?.finding.revision}, not ${expected}; read the review again before you answer`,
      412,
    );
  }
  return stored;
}

const harmless = (verdict: Disposition): boolean => verdict === 'benign' || verdict === 'false_positive';

/**
 * A second opinion disagrees where the verdict differs. A label or an audit asks whether closing would have been right: there, to
 * take `benign` for `false_positive` is no disagreement.
 */
function disagree({ kind, against }: ReviewTask, verdict: Disposition): boolean {
  if (against === null) return false;
  return kind === 'second' ? verdict !== against : verdict !== against && !(harmless(verdict) && harmless(against));
}

async function askALead(tx: StateTx, task: ReviewTask, at: number): Promise<void> {
  await askForReview(tx, {
    id: stableId('review', task.tenant, 'adjudication', task.id),
    tenant: task.tenant,
    finding: task.finding,
    revision: task.revision,
    kind: 'adjudication',
    share: task.share,
    against: null,
    excludes: [...task.excludes, ...(task.opinion === null ? [] : [task.opinion.by.id])],
    createdAt: at,
    dueAt: at + ADJUDICATE_WITHIN,
  });
}

async function settle(
  tx: StateTx,
  clock: Clock,
  { tenant, opinion }: ReviewTask,
  { finding, reviews }: StoredFinding,
  listeners: readonly DecisionListener[],
): Promise<void> {
  if (opinion === null) return;
  const { verdict, reason, note, by } = opinion;
  const seen = { tenant, findingId: finding.id, expectedRevision: finding.revision, expectedReviews: reviews };
  await recordDetermination(tx, clock, { ...seen, verdict, reason, note, by }, listeners);
}
