import type { StateTx } from '../src/ports/state-store.ts';

/** At least one row of `tenant` in every table of hunts. */
export async function fillHuntTables(tx: StateTx, tenant: string): Promise<void> {
  await tx.hunts.add({
    id: 'h1',
    tenant,
    name: 'Encoded commands',
    hypothesis: 'somebody hides what they run',
    search: 'process:powershell.exe "enc"',
    sql: null,
    hours: 24,
    schedule: { kind: 'hours', every: 6 },
    createdBy: 'ann',
    owner: 'ann',
    createdAt: 1,
    endedAt: null,
    dueAt: 2,
    revision: 1,
  });
  await tx.hunts.addRun({
    id: 'r1',
    tenant,
    hunt: 'h1',
    by: null,
    startedAt: 5,
    milliseconds: 2,
    from: 0,
    to: 5,
    receivedTo: 4,
    found: 3,
    fresh: 1,
    events: ['e1'],
    error: null,
    conclusion: null,
  });
}
