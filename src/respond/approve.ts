import { namedPerson } from '../contracts/personal.ts';
import type { Action, Approval } from '../contracts/response.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { StateTx } from '../ports/state-store.ts';
import { approvalsWanted, clearanceOf, minutes } from './approvals-needed.ts';
import { planHashOf } from './plan.ts';
import { demandPlan, demandState, lockedAction, unknownAction } from './waiting.ts';

/** Somebody who answers to an action, and for whom they speak. */
export interface Voice {
  readonly id: string;
  readonly name: string;
  readonly speaksFor: 'provider' | 'customer';
}

/**
 * One person's yes to the plan whose hash they name. The action is approved once everybody has spoken whose word is needed: one
 * person or two, as the tenant asks for the impact, and the customer where it was asked. Where two are needed, whoever proposed it is
 * none of them. Throws `ACTION_UNKNOWN` (404), `ACTION_OWN_REQUEST` (403), `ACTION_STATE`, `ACTION_PLAN_CHANGED`, `ACTION_EXPIRED` and
 * `ACTION_APPROVED_ALREADY` (409).
 */
export async function recordApproval(
  tx: StateTx,
  clock: Clock,
  request: { readonly tenant: string; readonly action: string; readonly planHash: string; readonly by: Voice },
): Promise<Action> {
  const { tenant, by } = request;
  const action = await lockedAction(tx, tenant, request.action);
  demandAsked(action, by);
  demandState(action, 'approved', action.state === 'proposed');
  demandPlan(action, request.planHash);
  // What is stored is what was read: a plan changed behind our back is nobody's.
  demandPlan(action, planHashOf(action.plan));
  const now = clock.now();
  if (now >= action.expiresAt) {
    throw new BridgewatchError('ACTION_EXPIRED', `action "${action.id}" has expired; propose it again`, 409);
  }
  const { policy } = await tx.policy.get(tenant);
  const wanted = approvalsWanted(action, policy);
  if (wanted === 2 && by.speaksFor === 'provider' && by.id === action.proposedBy.id) {
    throw new BridgewatchError(
      'ACTION_OWN_REQUEST',
      `you proposed action "${action.id}", and two others must approve it`,
      403,
    );
  }
  const earlier = await tx.response.approvals(tenant, action.id);
  if (earlier.some(({ planNumber, by: { id } }) => planNumber === action.planNumber && id === by.id)) {
    throw new BridgewatchError(
      'ACTION_APPROVED_ALREADY',
      `you approved this plan of action "${action.id}" already; one person counts once`,
      409,
    );
  }
  const approval: Approval = {
    planNumber: action.planNumber,
    planHash: action.planHash,
    by: { id: by.id, name: by.name },
    speaksFor: by.speaksFor,
    at: now,
  };
  const clearance = clearanceOf(action, wanted, [...earlier, approval]);
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'action.approved',
    subject: { kind: 'action', id: action.id, revision: action.planNumber },
    payload: { planHash: action.planHash, by: namedPerson(approval.by), speaksFor: by.speaksFor, wanted, clearance },
  });
  await tx.response.approve(tenant, action.id, approval);
  const approved: Action = { ...action, approvalsNeeded: wanted, updatedAt: now };
  const cleared: Action =
    clearance === null
      ? approved
      : {
          ...approved,
          state: 'approved',
          clearance,
          approvedAt: now,
          nextAt: now,
          // A yes is to what is so today: one that waited for a server that was down is asked for again.
          expiresAt: now + minutes(policy.approveWithin),
        };
  await tx.response.put(cleared);
  return cleared;
}

/** One person's no ends it, until somebody has begun to carry it out. Throws `ACTION_UNKNOWN` (404) and `ACTION_STATE` (409). */
export async function recordDenial(
  tx: StateTx,
  clock: Clock,
  request: { readonly tenant: string; readonly action: string; readonly reason: string; readonly by: Voice },
): Promise<Action> {
  const { tenant, reason, by } = request;
  const action = await lockedAction(tx, tenant, request.action);
  demandAsked(action, by);
  demandState(action, 'denied', action.state === 'proposed' || (action.state === 'approved' && action.attempt === 0));
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'action.denied',
    subject: { kind: 'action', id: action.id, revision: action.planNumber },
    payload: { by: namedPerson(by), speaksFor: by.speaksFor, reason, planHash: action.planHash },
  });
  const denied: Action = { ...action, state: 'denied', reason, nextAt: null, updatedAt: clock.now() };
  await tx.response.put(denied);
  return denied;
}

/** A customer answers what it was asked, and sees nothing else. */
function demandAsked(action: Action, { speaksFor }: Voice): void {
  if (speaksFor === 'customer' && action.asked !== 'customer') throw unknownAction(action.id);
}
