import type { Action } from '../contracts/response.ts';
import type { StateTx } from '../ports/state-store.ts';
import { titleOf } from './outcome.ts';

/** Whether an undo of this kind was carried out and seen in this tenant; a rehearsal's does not count. */
export async function undoVerified(tx: StateTx, tenant: string, kind: string): Promise<boolean> {
  for (let cursor: string | null = null; ; ) {
    const page = await tx.response.page(tenant, { state: 'undone' }, cursor, 200);
    if (page.items.some((action) => action.kind === kind && action.plan.arguments.dryRun !== true)) return true;
    if (page.next === null) return false;
    cursor = page.next;
  }
}

/** Actions under grants that are not at their end, for whoever stops automation. */
export async function actionsUnderGrants(
  tx: StateTx,
  tenant: string,
): Promise<readonly { id: string; said: string }[]> {
  const found: Action[] = [];
  for (const state of ['approved', 'executing'] as const) {
    const { items } = await tx.response.page(tenant, { state }, null, 200);
    found.push(...items.filter(({ grant }) => grant !== null));
  }
  return found.map((action) => ({
    id: action.id,
    said: `${titleOf(action)} on ${action.target.kind} ${action.target.value}: ${action.state}${action.step === 'ready' ? ', not begun' : ''}`,
  }));
}
