import type { AutonomyClass, Closure, Grant } from '../../contracts/grant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { stableId } from '../../kernel/ids.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';
import { reviewPlan } from '../../reliability/index.ts';
import { askForReview } from '../review-task.ts';
import { canaryClosed } from './canary.ts';
import { demote } from './demote.ts';
import type { AutonomyParts } from './parts.ts';

const WEEK = 7 * 86_400_000;
/** A blind review later than this is overdue, and the class loses its grant: nobody was looking. */
export const REVIEW_WITHIN = WEEK;

/** A closure that a grant has prepared for a finding, not yet in force. Its share of reviews is fixed now, before any draw. */
export async function preparedClosure(
  tx: StateTx,
  parts: AutonomyParts,
  { tenant, key, subject }: AutonomyClass,
  grant: Grant,
  { finding }: StoredFinding,
): Promise<Closure> {
  if (subject.does !== 'close') {
    throw new BridgewatchError('AUTONOMY_CLASS_ACTS', `class "${key}" acts; only a class that closes writes closures`);
  }
  const now = parts.clock.now();
  const { share } = reviewPlan(await tx.autonomy.closedSince(tenant, key, now - WEEK));
  const id = stableId('closure', tenant, finding.id, String(finding.revision), grant.id);
  return {
    tenant,
    id,
    finding: finding.id,
    revision: finding.revision,
    key,
    grant: grant.id,
    level: grant.level,
    signedBy: grant.signedBy,
    disposition: subject.disposition,
    state: 'waiting',
    at: now,
    openedBy: null,
    windowEndsAt: null,
    approvedBy: null,
    closedAt: null,
    share,
    sampled: parts.draw('audit', tenant, id) < share,
    reviewTask: null,
    reviewDueAt: null,
    reviewedAs: null,
    endedAt: null,
    endedWhy: null,
    endedBy: null,
  };
}

/**
 * Puts a closure in force: the ledger entry first, then its review where it was drawn, then the finding's status. A canary that gets here
 * is a missed one, and the class is demoted in the same transaction. Throws `AUTONOMY_STOPPED` (409), which undoes all of it, where the switch
 * was thrown meanwhile: the last look is the last thing done.
 */
export async function putInForce(tx: StateTx, parts: AutonomyParts, closure: Closure, isNew: boolean): Promise<void> {
  const { tenant, key, finding, revision, grant, signedBy, approvedBy, openedBy } = closure;
  const now = parts.clock.now();
  const task = closure.sampled ? stableId('review', tenant, 'audit', closure.id) : null;
  const closed: Closure = {
    ...closure,
    state: 'closed',
    closedAt: now,
    reviewTask: task,
    reviewDueAt: task === null ? null : now + REVIEW_WITHIN,
  };
  // Whether it was drawn is not told: who reviews must not know that it was closed, nor by what.
  const { id, disposition, level, share } = closed;
  await tx.ledger.append(tenant, {
    actor: { kind: 'ai', id: 'autonomy', version: grant },
    onBehalfOf: approvedBy?.id ?? signedBy.id,
    type: 'finding.closed',
    subject: { kind: 'finding', id: finding, revision },
    payload: { closure: id, class: key, grant, level, disposition, signedBy, approvedBy, openedBy, share },
  });
  if (task !== null) await askForAudit(tx, closed, task, now);
  await (isNew ? tx.autonomy.addClosure(closed) : tx.autonomy.moveClosure(closed));
  await tx.findings.close(tenant, finding, now);
  if (await canaryClosed(tx, parts, closed)) {
    await demote(tx, parts, tenant, key, {
      cause: 'canary',
      said: `A planted known threat was closed as ${disposition}`,
      by: null,
      errorAt: now,
    });
  }
  await demandNotStopped(tx, tenant, key);
}

/** Asks for a blind look at a closure, from somebody who had no part in it. */
export async function askForAudit(
  tx: StateTx,
  closure: Closure,
  task: string,
  now: number,
  excluded: readonly string[] = [],
): Promise<void> {
  const { tenant, finding, revision, share, approvedBy, openedBy } = closure;
  await askForReview(tx, {
    id: task,
    tenant,
    finding,
    revision,
    kind: 'audit',
    share,
    against: null,
    excludes: [...excluded, ...[approvedBy, openedBy].filter((each) => each !== null).map((each) => each.id)],
    createdAt: now,
    dueAt: now + REVIEW_WITHIN,
  });
}

/** Throws `AUTONOMY_STOPPED` (409) where any stop stands for the class. */
export async function demandNotStopped(tx: StateTx, tenant: string, key: string): Promise<void> {
  if (!(await tx.autonomy.stopped(tenant, key))) return;
  throw new BridgewatchError(
    'AUTONOMY_STOPPED',
    `automation of "${key}" is stopped; nothing runs under its grant until a named person lifts the stop. You can still decide by hand`,
    409,
  );
}
