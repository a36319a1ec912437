import type { Policy } from '../contracts/policy.ts';
import type { Action, Approval } from '../contracts/response.ts';

export const minutes = (number: number): number => number * 60_000;

/** People whose yes the tenant wants now. Never fewer than were wanted when the action was proposed. */
export function approvalsWanted({ plan, approvalsNeeded }: Action, { twoPeopleFor }: Policy): 1 | 2 {
  return approvalsNeeded === 2 || twoPeopleFor.includes(plan.impact) ? 2 : 1;
}

/** Who has cleared the plan in force, or null while somebody's word is missing. Approvals of earlier plans count for nothing. */
export function clearanceOf(
  { planNumber, planHash, asked, proposedBy }: Action,
  wanted: 1 | 2,
  approvals: readonly Approval[],
): Action['clearance'] {
  const standing = approvals.filter((each) => each.planNumber === planNumber && each.planHash === planHash);
  const customer = standing.find(({ speaksFor }) => speaksFor === 'customer')?.by.id ?? null;
  if (asked !== null && customer === null) return null;
  const by = new Set(standing.filter(({ speaksFor }) => speaksFor === 'provider').map(({ by: { id } }) => id));
  // Where two are asked for, whoever wants the action done is none of them.
  if (wanted === 2) by.delete(proposedBy.id);
  return by.size >= wanted ? { by: [...by].slice(0, wanted), customer } : null;
}
