import type { ActionPlan } from '../contracts/action.ts';
import type { Finding } from '../contracts/finding.ts';
import type { PlannedAction } from '../decide/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import {
  type PlanningParts,
  planAction,
  proposeUnderGrant,
  recommendedOrder,
  recordProposal,
} from '../respond/index.ts';

const AUTONOMY = { kind: 'ai', id: 'autonomy', version: '1' } as const;
const MOST_ACTIONS = 200;

/**
 * What the AI recommended on a finding, planned for a class that acts. Null where it cannot be planned, or is under way already: then it is
 * a person's. What the plan turns out to be too much for a grant (a crown jewel, no undo after all) is proposed to people instead.
 */
export async function plannedAction(
  parts: PlanningParts,
  finding: Finding,
  kind: string,
): Promise<PlannedAction | null> {
  const { clock } = parts;
  const index = finding.recommendation.actions.findIndex((action) => action.kind === kind);
  if (index === -1 || (await underWay(parts, finding, kind))) return null;
  const found = await planOf(parts, finding, index);
  if (found === null) return null;
  const proposal = { ...found, revision: finding.revision, parameters: {} };
  const propose: PlannedAction['propose'] = async (tx) => {
    const by = { kind: AUTONOMY.kind, id: AUTONOMY.id, name: 'Autonomy' };
    await recordProposal(tx, clock, { ...proposal, asked: null, by });
  };
  return {
    propose,
    async runUnderGrant(tx, grant) {
      const under = { id: grant.id, classKey: grant.key, signer: grant.signedBy };
      try {
        await proposeUnderGrant(tx, clock, { ...proposal, grant: under, actor: AUTONOMY });
      } catch (error) {
        // Refused before anything was written.
        if (!(error instanceof BridgewatchError) || error.code !== 'ACTION_GRANT_TOO_FAR') throw error;
        await propose(tx, grant);
      }
    },
  };
}

/** Null where response says that it cannot be; a connector that does not answer now is asked again in the next round. */
async function planOf(
  parts: PlanningParts,
  finding: Finding,
  index: number,
): Promise<{ plan: ActionPlan; why: string } | null> {
  try {
    const { order, impact, why } = recommendedOrder(finding, index);
    return { plan: await planAction(parts, order, impact), why };
  } catch (error) {
    if (error instanceof BridgewatchError && error.code.startsWith('ACTION_')) return null;
    throw error;
  }
}

async function underWay({ store }: PlanningParts, { tenant, id }: Finding, kind: string): Promise<boolean> {
  const { items } = await store.withTenants([tenant], (tx) =>
    tx.response.page(tenant, { finding: id }, null, MOST_ACTIONS),
  );
  return items.some((action) => action.kind === kind && ['proposed', 'approved', 'executing'].includes(action.state));
}
