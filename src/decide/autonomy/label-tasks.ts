import type { AutonomyCase, AutonomyClass, LabelAsked } from '../../contracts/grant.ts';
import { stableId } from '../../kernel/ids.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { askForReview } from '../review-task.ts';
import { isWrong } from './class-rules.ts';
import { labelled } from './labels.ts';
import type { AutonomyParts } from './parts.ts';

const DAY = 86_400_000;
const LABEL_WITHIN = 7 * DAY;
const ADJUDICATE_WITHIN = 2 * DAY;

/**
 * Asks for the second readings that are due: of every case where the first person and the AI differ, of as many agreements drawn at
 * random, and of a lead where two people differ on whether it was an error. Random agreements keep the second readers from
 * knowing that whatever they are given is disputed.
 */
export async function askLabels(tx: StateTx, parts: AutonomyParts, each: AutonomyClass, now: number): Promise<void> {
  const { tenant, key, epoch, subject } = each;
  const cases = (await tx.autonomy.cases(tenant, key, epoch)).filter(({ inClass }) => inClass);
  const asked = await tx.autonomy.labelsAsked(tenant, key, epoch);
  const taken = new Set(asked.map(({ finding }) => finding));
  const differs = cases.filter(({ verdict }) => isWrong(subject, verdict));
  for (const one of differs.filter(({ finding }) => !taken.has(finding))) {
    await ask(tx, one, 'disagreement', 1, now);
  }
  const agreements = cases.filter(({ verdict }) => !isWrong(subject, verdict));
  const owed = differs.length - (await useful(tx, tenant, asked));
  const drawn = agreements
    .filter(({ finding }) => !taken.has(finding))
    .map((one) => ({ one, at: parts.draw('label', tenant, key, String(epoch), one.finding) }))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, Math.max(0, owed));
  const share = Math.min(1, Math.max(1, differs.length) / Math.max(1, agreements.length));
  for (const { one } of drawn) await ask(tx, one, 'agreement', share, now);
  await askToSettle(tx, each, cases, now);
}

/** Agreements asked for that were, or can still be, read blind: one that somebody answered with the AI's opinion in sight is drawn again. */
async function useful(tx: StateTx, tenant: string, asked: readonly LabelAsked[]): Promise<number> {
  let count = 0;
  for (const { task: id } of asked.filter(({ why }) => why === 'agreement')) {
    const task = await tx.review.task(tenant, id);
    if (task?.state === 'open' || task?.opinion?.blind === true) count += 1;
  }
  return count;
}

async function askToSettle(
  tx: StateTx,
  { tenant, key, epoch, subject }: AutonomyClass,
  cases: readonly AutonomyCase[],
  now: number,
) {
  const labels = await tx.autonomy.labels(tenant, key, epoch);
  for (const one of cases) {
    if (labelled(subject, one, labels).settled) continue;
    const open = await tx.review.tasks(tenant, { finding: one.finding, state: 'open', kinds: ['adjudication'] }, 1);
    if (open.length > 0) continue;
    const readers = labels.filter(({ finding, kind }) => finding === one.finding && kind === 'second');
    await askForReview(tx, {
      id: stableId('review', tenant, 'settle', key, String(epoch), one.finding, String(now)),
      ...about(one, now),
      kind: 'adjudication',
      share: 1,
      excludes: [one.by.id, ...readers.map(({ by }) => by.id)],
      dueAt: now + ADJUDICATE_WITHIN,
    });
  }
}

async function ask(tx: StateTx, one: AutonomyCase, why: LabelAsked['why'], share: number, now: number): Promise<void> {
  const { tenant, key, epoch, finding } = one;
  const task = stableId('review', tenant, 'label', key, String(epoch), finding);
  await askForReview(tx, {
    id: task,
    ...about(one, now),
    kind: 'label',
    share,
    excludes: [one.by.id],
    dueAt: now + LABEL_WITHIN,
  });
  await tx.autonomy.addLabelAsked({ tenant, key, epoch, finding, task, why, at: now });
}

function about({ tenant, finding, revision }: AutonomyCase, now: number) {
  return { tenant, finding, revision, against: null, createdAt: now };
}
