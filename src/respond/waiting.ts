import type { Action } from '../contracts/response.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { StateTx } from '../ports/state-store.ts';

/** An action by id, locked for the rest of the transaction. Throws `ACTION_UNKNOWN` (404). */
export async function lockedAction(tx: StateTx, tenant: string, id: string): Promise<Action> {
  const action = await tx.response.get(tenant, id, true);
  if (action === null) throw unknownAction(id);
  return action;
}

export function unknownAction(id: string): BridgewatchError {
  return new BridgewatchError('ACTION_UNKNOWN', `no action "${id}" in this tenant that you may see`, 404);
}

/** Throws `ACTION_STATE` (409) unless the action stands where `does` can happen. */
export function demandState(action: Action, does: string, fits: boolean): void {
  if (fits) return;
  const { id, state, phase } = action;
  throw new BridgewatchError(
    'ACTION_STATE',
    `action "${id}" is ${state}${phase === 'undo' ? ' (undo)' : ''} and cannot be ${does}; read it again`,
    409,
  );
}

/** Nobody has begun to carry it out: people may still take it back. */
export function notBegun({ state, step, attempt }: Action): boolean {
  return state === 'proposed' || (state === 'approved' && step === 'ready' && attempt === 0);
}

/** Throws `ACTION_PLAN_CHANGED` (409) unless `hash` is that of the plan in force: nobody answers for a plan they have not read. */
export function demandPlan({ id, planHash, planNumber }: Action, hash: string): void {
  if (hash === planHash) return;
  throw new BridgewatchError(
    'ACTION_PLAN_CHANGED',
    `plan ${hash.slice(0, 12)} is not the one action "${id}" has now (number ${planNumber}, ${planHash.slice(0, 12)}); read that first`,
    409,
  );
}
