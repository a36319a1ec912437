import type { StateTx } from '../src/ports/state-store.ts';

/** At least one row of `tenant` in every table of access. Finding f1 at revision 1 is there. */
export async function fillAccessTables(tx: StateTx, tenant: string): Promise<void> {
  const provider = `provider-of-${tenant}`;
  await tx.access.addProvider({ id: provider, name: 'Watch' });
  await tx.access.assignProvider(tenant, provider);
  await tx.access.putProviderMember(provider, 'pia', 'analyst');
}
