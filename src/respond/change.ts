import type { ActionPlan } from '../contracts/action.ts';
import { namedPerson } from '../contracts/personal.ts';
import type { Action } from '../contracts/response.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { StateTx } from '../ports/state-store.ts';
import { minutes } from './approvals-needed.ts';
import { planHashOf } from './plan.ts';
import { demandState, lockedAction, notBegun } from './waiting.ts';

interface ByPerson {
  readonly tenant: string;
  readonly action: string;
  readonly by: { readonly id: string; readonly name: string };
}

/**
 * Puts another plan in the place of the one in force. Every approval of the old one is void, and stays on record; an action under a
 * grant becomes people's. A plan that says the same changes nothing. Throws `ACTION_UNKNOWN` (404) and `ACTION_STATE` (409).
 */
export async function recordReplan(
  tx: StateTx,
  clock: Clock,
  { tenant, action: id, by, plan }: ByPerson & { readonly plan: ActionPlan },
): Promise<Action> {
  const action = await lockedAction(tx, tenant, id);
  demandState(action, 'planned again', notBegun(action));
  const planHash = planHashOf(plan);
  if (planHash === action.planHash) return action;
  const { policy } = await tx.policy.get(tenant);
  const voided = (await tx.response.approvals(tenant, id)).filter(({ planNumber }) => planNumber === action.planNumber);
  const now = clock.now();
  const replanned: Action = {
    ...action,
    state: 'proposed',
    reason: '',
    plan,
    planHash,
    planNumber: action.planNumber + 1,
    approvalsNeeded: action.approvalsNeeded === 2 || policy.twoPeopleFor.includes(plan.impact) ? 2 : 1,
    clearance: null,
    grant: null,
    approvedAt: null,
    expiresAt: now + minutes(policy.approveWithin),
    nextAt: null,
    updatedAt: now,
  };
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'action.replanned',
    subject: { kind: 'action', id, revision: replanned.planNumber },
    payload: {
      by: namedPerson(by),
      before: action.planHash,
      planHash,
      plan,
      voided: voided.map((each) => ({ ...each, by: namedPerson(each.by) })),
    },
  });
  await tx.response.addPlan(replanned);
  await tx.response.put(replanned);
  await tx.response.noticeDue(tenant, id, now);
  return replanned;
}

/**
 * A person asks that what was done be undone. It restores, so nobody else has to agree. Throws `ACTION_UNKNOWN` (404), `ACTION_STATE`
 * and `ACTION_NO_UNDO` (409).
 */
export async function recordUndoRequest(
  tx: StateTx,
  clock: Clock,
  { tenant, action: id, by, reason }: ByPerson & { readonly reason: string },
): Promise<Action> {
  const action = await lockedAction(tx, tenant, id);
  if (!action.plan.reversible) {
    throw new BridgewatchError('ACTION_NO_UNDO', `${action.kind} has no undo; action "${id}" stays as it is`, 409);
  }
  const wasBegun = action.startedAt !== null && (action.state === 'verified' || action.state === 'failed');
  demandState(action, 'undone', wasBegun);
  const now = clock.now();
  const undoing: Action = {
    ...action,
    state: 'executing',
    phase: 'undo',
    reason,
    step: 'ready',
    attempt: 0,
    checks: 0,
    check: null,
    nextAt: now,
    updatedAt: now,
  };
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'action.undo_requested',
    subject: { kind: 'action', id, revision: action.planNumber },
    payload: { by: namedPerson(by), reason, undo: action.plan.undo, before: action.plan.before, from: action.state },
  });
  await tx.response.put(undoing);
  return undoing;
}

/** Ends what nobody decided on, or nobody began, in time: silence never means yes. Returns how many. */
export async function expireDue(tx: StateTx, clock: Clock, tenants: readonly string[]): Promise<number> {
  const now = clock.now();
  // By tenant, so that two executors take the chains they write to in one order.
  const due = (await tx.response.expired(tenants, now, 100)).toSorted((a, b) => (a.tenant < b.tenant ? -1 : 1));
  for (const action of due) {
    const reason =
      action.state === 'proposed'
        ? 'Nobody whose word was needed gave it in time'
        : 'It was approved, and did not begin in time';
    await tx.ledger.append(action.tenant, {
      actor: { kind: 'system', id: 'respond', version: '1' },
      onBehalfOf: null,
      type: 'action.expired',
      subject: { kind: 'action', id: action.id, revision: action.planNumber },
      payload: { planHash: action.planHash, from: action.state, expiresAt: action.expiresAt, reason },
    });
    await tx.response.put({ ...action, state: 'expired', reason, nextAt: null, updatedAt: now });
  }
  return due.length;
}
