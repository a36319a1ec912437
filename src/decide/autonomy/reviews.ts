import type { Closure } from '../../contracts/grant.ts';
import type { ReviewTask } from '../../contracts/review.ts';
import { stableId } from '../../kernel/ids.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';
import { cusumStep, demotes } from '../../reliability/index.ts';
import { addToRecords, labelOn } from './cases.ts';
import { SYSTEM } from './change.ts';
import { isWrong } from './class-rules.ts';
import { askForAudit, REVIEW_WITHIN } from './closing.ts';
import { reopenClosed } from './closure-end.ts';
import { demote } from './demote.ts';
import { askLabels } from './label-tasks.ts';
import type { AutonomyParts } from './parts.ts';

type Answered = ReviewTask & { readonly opinion: NonNullable<ReviewTask['opinion']> };

/** A review was answered: labels go to the record, audits to the watch. */
export async function reviewAnswered(
  tx: StateTx,
  parts: AutonomyParts,
  task: ReviewTask,
  stored: StoredFinding,
): Promise<void> {
  if (task.opinion === null) return;
  const answered: Answered = { ...task, opinion: task.opinion };
  if (task.kind === 'audit') await audited(tx, parts, answered, stored);
  else await labelledAgain(tx, parts, answered);
}

/**
 * Second readings of a case. An adjudication settles; any other counts where it was blind, and where it re-reads a disagreement: there an incident tells
 * what the first person said, never what the AI did.
 */
async function labelledAgain(
  tx: StateTx,
  parts: AutonomyParts,
  { tenant, id, finding, kind, opinion }: Answered,
): Promise<void> {
  const { verdict, by, at, blind } = opinion;
  for (const each of await tx.autonomy.casesOf(tenant, finding)) {
    const own = await tx.autonomy.class(tenant, each.key);
    if (own === null || own.epoch !== each.epoch || !each.inClass) continue;
    const settles = kind === 'adjudication';
    if (settles || blind || isWrong(own.subject, each.verdict)) {
      const label = { ...labelOn(each), source: id, verdict, by, at };
      await tx.autonomy.addLabel({ ...label, kind: settles ? 'adjudicated' : 'second' });
    }
    await askLabels(tx, parts, own, at);
  }
}

/**
 * A blind person looked at what a grant closed. The outcome goes to the watch; where they would not have closed it, the finding is
 * open again at once, for whoever determines it. The watch demotes by itself.
 */
async function audited(tx: StateTx, parts: AutonomyParts, task: Answered, stored: StoredFinding): Promise<void> {
  const { tenant, finding, id, opinion } = task;
  const closure = (await tx.autonomy.closuresOf(tenant, finding)).find(({ reviewTask }) => reviewTask === id);
  if (closure === undefined) return;
  const each = await tx.autonomy.class(tenant, closure.key, true);
  if (each === null) return;
  const wrong = isWrong(each.subject, opinion.verdict);
  if (!wrong && !opinion.blind) return askAgain(tx, closure, opinion);
  // A higher grant on the same record took the place of a lower one: what ran under either speaks of the class.
  const under = await tx.autonomy.grant(tenant, closure.grant);
  const counts = each.grant !== null && under?.epoch === each.epoch;
  const cusum = counts ? cusumStep(each.cusum, wrong) : each.cusum;
  const reviewed: Closure = { ...closure, reviewedAs: opinion.verdict };
  await tx.ledger.append(tenant, {
    actor: SYSTEM,
    onBehalfOf: opinion.by.id,
    type: 'autonomy.reviewed',
    subject: { kind: 'autonomy_class', id: each.key, revision: each.epoch },
    payload: { closure: closure.id, finding, verdict: opinion.verdict, wrong, watchBefore: each.cusum, watch: cusum },
  });
  await tx.autonomy.moveClosure(reviewed);
  if (counts) await tx.autonomy.putClass({ ...each, cusum, updatedAt: parts.clock.now() });
  if (wrong && closure.state === 'closed') {
    const why = `A blind review called it ${opinion.verdict}`;
    await reopenClosed(tx, reviewed, why, opinion.by, opinion.at);
  }
  if (!counts) return;
  if (demotes(cusum)) {
    const said = `Blind reviews found too many wrong closures (the watch stands at ${cusum.toFixed(1)})`;
    await demote(tx, parts, tenant, each.key, { cause: 'watch', said, by: null });
  } else if (opinion.blind) {
    await addToRecords(tx, parts, stored, { from: 'audit', verdict: opinion.verdict, by: opinion.by, at: opinion.at });
  }
}

/** Somebody who had seen what the AI said found nothing wrong: that is no review. Somebody else is asked. */
async function askAgain(tx: StateTx, closure: Closure, { by, at }: Answered['opinion']): Promise<void> {
  const task = stableId('review', closure.tenant, 'audit', closure.id, by.id);
  await askForAudit(tx, closure, task, at, [by.id]);
  await tx.autonomy.moveClosure({ ...closure, reviewTask: task, reviewDueAt: at + REVIEW_WITHIN });
}
