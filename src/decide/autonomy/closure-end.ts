import type { By, Closure } from '../../contracts/grant.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { SYSTEM } from './change.ts';

/** Ends a closure that is waiting or in force: `by` null where the system or the finding itself ended it. */
export async function endClosure(
  tx: StateTx,
  closure: Closure,
  state: 'vetoed' | 'lapsed' | 'reopened',
  { why, by, at }: { why: string; by: By | null; at: number },
): Promise<void> {
  await tx.autonomy.moveClosure({ ...closure, state, endedAt: at, endedWhy: why, endedBy: by });
}

/** Puts a finding that a grant closed back before people: ledger first. What is not closed any more is left as it is. */
export async function reopenClosed(
  tx: StateTx,
  closure: Closure,
  reason: string,
  by: By | null,
  at: number,
): Promise<void> {
  const { tenant, finding: id } = closure;
  const stored = await tx.findings.get(tenant, id, true);
  if (stored?.status === 'closed') {
    const { revision } = stored.finding;
    await tx.ledger.append(tenant, {
      actor: by === null ? SYSTEM : { kind: 'human', id: by.id, version: '' },
      onBehalfOf: null,
      type: 'finding.reopened',
      subject: { kind: 'finding', id: stored.finding.id, revision },
      payload: { reason, was: 'closed', closure: closure.id, by },
    });
    const who =
      by === null ? { kind: 'system' as const, id: SYSTEM.id, name: 'Autonomy' } : { kind: 'human' as const, ...by };
    await tx.determinations.reopen({ tenant, finding: stored.finding.id, revision, reason, by: who, at });
  }
  await endClosure(tx, closure, 'reopened', { why: reason, by, at });
}
