import type { Determination } from '../../contracts/determination.ts';
import type { DecisionListener, FindingListener, ReviewListener } from '../../ports/listeners.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';
import { canaryDetermined, isCanary } from './canary.ts';
import { addToRecords, noteLaterVerdict } from './cases.ts';
import { isWrong, wouldDo } from './class-rules.ts';
import { endClosure } from './closure-end.ts';
import { demote } from './demote.ts';
import type { AutonomyParts } from './parts.ts';
import { reviewAnswered } from './reviews.ts';

/** What autonomy does when findings change and people speak, in their transaction. */
export function autonomyListeners(
  parts: AutonomyParts,
): Required<Pick<FindingListener, 'revised'>> & Required<DecisionListener> & ReviewListener {
  return {
    async revised(tx, { finding, status }, before) {
      const at = parts.clock.now();
      for (const closure of await tx.autonomy.closuresOf(finding.tenant, finding.id)) {
        if (closure.state === 'waiting')
          await endClosure(tx, closure, 'lapsed', { why: 'the finding changed', by: null, at });
        else if (closure.state === 'closed' && before.status === 'closed' && status === 'open')
          await endClosure(tx, closure, 'reopened', { why: 'what came later is not what was closed', by: null, at });
      }
    },
    isExercise: (tx, { tenant, finding }) => isCanary(tx, tenant, finding),
    determined: (tx, determination, before) => determined(tx, parts, determination, before),
    async reopened(tx, { finding }) {
      for (const closure of await tx.autonomy.closuresOf(finding.tenant, finding.id)) {
        if (closure.state !== 'closed') continue;
        await endClosure(tx, closure, 'reopened', { why: 'a person opened it again', by: null, at: parts.clock.now() });
      }
    },
    missed: (tx, determination, before) => missed(tx, parts, determination, before),
    reviewed: (tx, task, stored) => reviewAnswered(tx, parts, task, stored),
  };
}

async function determined(
  tx: StateTx,
  parts: AutonomyParts,
  determination: Determination,
  before: StoredFinding,
): Promise<void> {
  const { tenant, verdict, by, at, blind } = determination;
  const canary = await canaryDetermined(tx, parts, determination);
  if (canary !== null) {
    await endClosures(tx, determination);
    if (canary.state === 'missed') await demoteForCanary(tx, parts, before);
    return;
  }
  // A canary that was told before: nothing is learnt from it.
  if (await isCanary(tx, tenant, before.finding.id)) return;
  const wrongly = await endClosures(tx, determination);
  await noteLaterVerdict(tx, determination);
  // What was drawn from below the line is the easier part: a record of it would flatter the class.
  if (blind && before.finding.openedBy === undefined && before.finding.sampled === undefined)
    await addToRecords(tx, parts, before, { from: 'determination', verdict, by, at });
  for (const { key, closedAt } of wrongly) {
    const said = 'A person determined a threat that its grant had closed';
    await demote(tx, parts, tenant, key, { cause: 'miss', said, by: null, errorAt: closedAt });
  }
}

/** A person has spoken: what a grant did or prepared for the finding is over. Returns the closures that a threat had been under. */
async function endClosures(
  tx: StateTx,
  { tenant, finding, verdict, by, at }: Determination,
): Promise<{ key: string; closedAt: number }[]> {
  const wrongly: { key: string; closedAt: number }[] = [];
  for (const closure of await tx.autonomy.closuresOf(tenant, finding)) {
    const { state, key, closedAt } = closure;
    const why = `${by.name} determined it ${verdict}`;
    if (state === 'waiting') await endClosure(tx, closure, 'lapsed', { why, by, at });
    if (state === 'closed') await endClosure(tx, closure, 'reopened', { why, by, at });
    if (
      closedAt !== null &&
      verdict === 'threat' &&
      isWrong({ does: 'close', disposition: closure.disposition }, verdict)
    )
      wrongly.push({ key, closedAt });
  }
  return wrongly;
}

async function demoteForCanary(tx: StateTx, parts: AutonomyParts, { finding }: StoredFinding): Promise<void> {
  for (const { key, subject, grant } of await tx.autonomy.classes(finding.tenant)) {
    if (grant === null || !key.startsWith(`${finding.family}/`) || !wouldDo(subject, finding)) continue;
    const said = 'The AI recommended closing a planted known threat';
    await demote(tx, parts, finding.tenant, key, { cause: 'canary', said, by: null });
  }
}

/** People found a threat that the AI had not shown: it stands against every class of its family. */
async function missed(
  tx: StateTx,
  parts: AutonomyParts,
  determination: Determination,
  before: StoredFinding,
): Promise<void> {
  const { tenant, verdict, by, at } = determination;
  await addToRecords(tx, parts, before, { from: 'miss', verdict, by, at });
  for (const { key, family, grant } of await tx.autonomy.classes(tenant)) {
    if (family !== before.finding.family || grant === null) continue;
    await demote(tx, parts, tenant, key, {
      cause: 'miss',
      said: 'A person found a threat of its family that was never shown',
      by: null,
    });
  }
}
