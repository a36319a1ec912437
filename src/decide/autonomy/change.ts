import type { AutonomyClass, By, CauseOfChange } from '../../contracts/grant.ts';
import type { Actor } from '../../contracts/ledger-entry.ts';
import type { StateTx } from '../../ports/state-store.ts';

/** Why a class moves, who moved it (null: the system, by itself), and what else the ledger is to hold. */
export interface Reason {
  readonly cause: CauseOfChange;
  readonly said: string;
  readonly by: By | null;
  readonly payload?: Readonly<Record<string, unknown>>;
}

export const SYSTEM: Actor = { kind: 'system', id: 'autonomy', version: '1' };

/** Moves a class: the ledger entry first, then the class, then its history. The caller holds the class's row. */
export async function moveClass(
  tx: StateTx,
  from: number,
  to: AutonomyClass,
  { cause, said, by, payload = {} }: Reason,
): Promise<void> {
  const { tenant, key, level, epoch, updatedAt } = to;
  await tx.ledger.append(tenant, {
    actor: by === null ? SYSTEM : { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'autonomy.level',
    subject: { kind: 'autonomy_class', id: key, revision: epoch },
    payload: { cause, said, by, from, to: level, epoch, grant: to.grant, ...payload },
  });
  await tx.autonomy.putClass(to);
  const change = { tenant, key, from: from as AutonomyClass['level'], to: level, epoch, cause, said, by };
  await tx.autonomy.addChange({ ...change, at: updatedAt });
}
