import type { Closure, Consideration } from '../../contracts/grant.ts';
import { canariesOf } from '../../ports/state/canaries.ts';
import type { StateTx } from '../../ports/state-store.ts';

/** What autonomy has to say about one finding to whoever may see the AI's opinion of it. */
export interface FindingAutonomy {
  readonly considered: readonly Consideration[];
  readonly closures: readonly Closure[];
  /** Told once somebody determined it, or a grant closed it: this was a planted known threat. */
  readonly planted: { readonly material: string; readonly caughtByAi: boolean } | null;
}

/** Why a finding is with a person, or who answers for its closing. The caller has made sure that nothing of it is withheld. */
export async function findingAutonomy(tx: StateTx, tenant: string, finding: string): Promise<FindingAutonomy> {
  const canary = await canariesOf(tx).ofFinding(tenant, finding);
  return {
    considered: await tx.autonomy.considerationsOf(tenant, finding),
    closures: await tx.autonomy.closuresOf(tenant, finding),
    planted:
      canary === null || canary.state === 'planted'
        ? null
        : { material: canary.material, caughtByAi: canary.state === 'caught' },
  };
}
