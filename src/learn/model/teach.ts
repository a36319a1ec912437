import type { Determination } from '../../contracts/determination.ts';
import type { DecisionListener, FindingListener } from '../../ports/listeners.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';

export interface TeachingParts {
  /** True of a planted known threat: what people say of it teaches nothing. */
  readonly isExercise: NonNullable<DecisionListener['isExercise']>;
  /** How many findings like it one stands for: 1 / the probability with which it was put before a person. 1 where not given. */
  readonly weightOf?: (stored: StoredFinding) => number;
}

/**
 * Every determination teaches, in the transaction that records it: its example is written, and the one that it takes the place of ceases to
 * hold. `inconclusive` says nothing, a planted threat nothing new; what a grant closes is no determination and never comes here.
 */
export function teaching(
  parts: TeachingParts,
): Required<Pick<DecisionListener, 'determined' | 'reopened'>> & Required<Pick<FindingListener, 'revised'>> {
  return {
    async determined(tx, determination, before) {
      const { tenant, at } = determination;
      await unteach(tx, before, at);
      const features = taught(determination, before);
      if (features === undefined || (await parts.isExercise(tx, determination))) return;
      await tx.models.addExample({
        tenant,
        determination: determination.id,
        finding: determination.finding,
        revision: determination.revision,
        at,
        analyst: determination.by.id,
        verdict: determination.verdict,
        features,
        weight: parts.weightOf?.(before) ?? 1,
        supersededAt: null,
      });
    },
    reopened: (tx, stored) => unteach(tx, stored, stored.updatedAt),
    async revised(tx, stored, before) {
      if (before.status === 'determined' && stored.status === 'open') await unteach(tx, stored, stored.updatedAt);
    },
  };
}

/** Undefined where there is nothing to learn; null for a threat that a person found, of which no version could have said anything. */
function taught({ verdict }: Determination, { finding }: StoredFinding) {
  if (verdict === 'inconclusive') return undefined;
  if (finding.openedBy !== undefined) return verdict === 'threat' ? null : undefined;
  return finding.features;
}

/** What was decided on the finding, or on those that were merged into it, holds no longer. */
async function unteach(tx: StateTx, { finding: { tenant, id } }: StoredFinding, at: number): Promise<void> {
  const decided = await tx.determinations.ofFinding(tenant, id);
  for (const finding of new Set([id, ...decided.map((each) => each.finding)]))
    await tx.models.supersede(tenant, finding, at);
}
