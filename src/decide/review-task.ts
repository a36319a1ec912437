import type { Finding } from '../contracts/finding.ts';
import type { LedgerEntry } from '../contracts/ledger-entry.ts';
import type { NewReviewTask, ReviewKind } from '../contracts/review.ts';
import type { Clock } from '../ports/clock.ts';
import type { StateTx } from '../ports/state-store.ts';

const SYSTEM: LedgerEntry['actor'] = { kind: 'system', id: 'review', version: '' };
/** Far more than can be open on one finding. */
const MOST_TASKS = 100;

/** Asks for an opinion: ledger first. Does nothing where the same was asked before. */
export async function askForReview(tx: StateTx, task: NewReviewTask): Promise<void> {
  const { tenant, id, finding, revision, kind, share, dueAt } = task;
  if ((await tx.review.task(tenant, id)) !== null) return;
  await tx.ledger.append(tenant, {
    actor: SYSTEM,
    onBehalfOf: null,
    type: 'review.asked',
    subject: { kind: 'review', id, revision: null },
    payload: { finding, revision, kind, share, dueAt },
  });
  await tx.review.openTask(task);
}

/** Nobody's opinion is asked any more on a claim that is gone. */
export async function voidReviews(
  tx: StateTx,
  clock: Clock,
  { tenant, id, revision }: Pick<Finding, 'tenant' | 'id' | 'revision'>,
  kinds: readonly ReviewKind[],
  why: string,
): Promise<void> {
  const open = await tx.review.tasks(tenant, { state: 'open', finding: id, kinds }, MOST_TASKS);
  if (open.length === 0) return;
  await tx.ledger.append(tenant, {
    actor: SYSTEM,
    onBehalfOf: null,
    type: 'review.voided',
    subject: { kind: 'finding', id, revision },
    payload: { tasks: open.map((task) => task.id), why },
  });
  await tx.review.voidTasks(tenant, id, kinds, clock.now());
}
