import type { StateTx } from '../src/ports/state-store.ts';

/** At least one row of `tenant` in every table of sources. */
export async function fillSourceTables(tx: StateTx, tenant: string): Promise<void> {
  const made = { tenant, createdAt: 1, createdBy: 'ann', endedAt: null };
  await tx.sources.add({
    ...made,
    id: 'winlog',
    name: 'Windows',
    door: 'bulk',
    peers: [],
    fingerprints: [],
    revision: 1,
  });
  // A hash is one token's in the whole store, so that it has to differ by tenant.
  const hash = Buffer.from(tenant).toString('hex').padStart(64, '0');
  await tx.sources.addToken({ ...made, id: 'k1', source: 'winlog', prefix: 'bws_abcde' }, hash);
}
