import type { Check } from '../contracts/action.ts';
import type { Action } from '../contracts/response.ts';
import type { StateTx } from '../ports/state-store.ts';
import { minutes } from './approvals-needed.ts';
import { kindOrUndefined } from './kinds.ts';
import type { ExecutorParts } from './parts.ts';

/** The executor, as the ledger names it. */
const executor = { kind: 'system', id: 'respond', version: '1' } as const;

export const UNKNOWN_OUTCOME = 'Outcome unknown: a person must look';

/** The person who answers for it: who approved it first, or who signed the grant. */
export function accountable({ clearance, grant }: Action): string | null {
  return grant?.signer.id ?? clearance?.by[0] ?? null;
}

/** One entry on an action that is being carried out, on behalf of the person who answers for it. */
export async function enterStep(
  tx: StateTx,
  action: Action,
  type: string,
  payload: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { id, tenant, phase, planHash, planNumber, clearance, grant } = action;
  await tx.ledger.append(tenant, {
    actor: executor,
    onBehalfOf: accountable(action),
    type,
    subject: { kind: 'action', id, revision: planNumber },
    payload: { phase, planHash, clearance, grant: grant?.id ?? null, ...payload },
  });
}

/** The effect (or the state of before) was seen. `recovered` where it was found after an interruption, not done again. */
export async function finished(
  tx: StateTx,
  { clock, listeners }: Pick<ExecutorParts, 'clock' | 'listeners'>,
  action: Action,
  check: Check,
  recovered: boolean,
): Promise<Action> {
  const now = clock.now();
  const undone = action.phase === 'undo';
  const done: Action = {
    ...action,
    state: undone ? 'undone' : 'verified',
    reason: undone ? action.reason : '',
    ...(undone ? { undoneAt: now } : { verifiedAt: now }),
    step: 'done',
    check,
    nextAt: null,
    updatedAt: now,
  };
  await enterStep(tx, action, undone ? 'action.undone' : 'action.verified', {
    check,
    attempt: action.attempt,
    recovered,
  });
  await tx.response.put(done);
  // A rehearsal takes nothing out of an attacker's hands.
  const contains = !undone && kindOrUndefined(action.kind)?.contains === true && action.plan.arguments.dryRun !== true;
  if (contains) for (const { contained } of listeners) await contained?.(tx, done);
  return done;
}

/** It ends here without a seen effect, and says why. */
export async function failed(
  tx: StateTx,
  { clock }: Pick<ExecutorParts, 'clock'>,
  action: Action,
  reason: string,
  check: Check | null = action.check,
): Promise<Action> {
  const said = action.phase === 'undo' ? `The undo failed. ${reason}` : reason;
  await enterStep(tx, action, 'action.failed', { reason: said, check, attempt: action.attempt });
  const ended: Action = {
    ...action,
    state: 'failed',
    reason: said,
    check,
    nextAt: null,
    updatedAt: clock.now(),
  };
  await tx.response.put(ended);
  return ended;
}

/** Automation was stopped before the effect: the action is a person's now, under no grant. */
export async function returned(tx: StateTx, { clock }: Pick<ExecutorParts, 'clock'>, action: Action): Promise<Action> {
  const reason = 'Automation is stopped for its class, or whether it is could not be known: a person decides';
  const { policy } = await tx.policy.get(action.tenant);
  const now = clock.now();
  await enterStep(tx, action, 'action.returned', { reason, classKey: action.grant?.classKey ?? null });
  const back: Action = {
    ...action,
    state: 'proposed',
    reason,
    approvalsNeeded: policy.twoPeopleFor.includes(action.plan.impact) ? 2 : 1,
    grant: null,
    approvedAt: null,
    expiresAt: now + minutes(policy.approveWithin),
    step: 'ready',
    attempt: 0,
    nextAt: null,
    updatedAt: now,
  };
  await tx.response.put(back);
  await tx.response.noticeDue(action.tenant, action.id, now);
  return back;
}

/** What people call it. */
export function titleOf({ kind }: Pick<Action, 'kind'>): string {
  return kindOrUndefined(kind)?.title ?? kind;
}
