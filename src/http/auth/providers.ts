import type { Actor, LedgerEntry } from '../../contracts/ledger-entry.ts';
import { type Role, SYSTEM_TENANT } from '../../contracts/tenant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore } from '../../ports/state-store.ts';

interface ProviderDeps {
  readonly store: StateStore;
  readonly clock: Clock;
}

/** Makes a provider: a firm whose people may look after several tenants. Throws `PROVIDER_EXISTS` (409). */
export async function makeProvider(
  { store }: ProviderDeps,
  provider: { readonly id: string; readonly name: string },
  by: Actor,
): Promise<void> {
  await store.withTenants([SYSTEM_TENANT], async (tx) => {
    await tx.ledger.append(SYSTEM_TENANT, about(provider.id, 'provider.making', { name: provider.name }, by));
    await tx.access.addProvider(provider);
  });
}

/**
 * Puts a tenant into a provider's hands, or takes it out of any (null). It is on record for the system and, since it says
 * who sees their telemetry from now on, for the tenant. Throws `PROVIDER_UNKNOWN` (404).
 */
export async function assignTenant(
  { store }: ProviderDeps,
  tenant: string,
  provider: string | null,
  by: Actor,
): Promise<void> {
  await store.withTenants([tenant, SYSTEM_TENANT], async (tx) => {
    for (const chain of [SYSTEM_TENANT, tenant])
      await tx.ledger.append(chain, about(provider ?? '', 'provider.assigning', { tenant, provider }, by));
    await tx.access.assignProvider(tenant, provider);
  });
}

/** Gives somebody a role in every tenant of a provider, or ends it (null). Throws `PROVIDER_UNKNOWN` (404). */
export async function employ(
  { store, clock }: ProviderDeps,
  provider: string,
  account: string,
  role: Exclude<Role, 'customer'> | null,
  by: Actor,
): Promise<void> {
  await store.withTenants([SYSTEM_TENANT], async (tx) => {
    const type = role === null ? 'provider.member-removing' : 'provider.member-changing';
    await tx.ledger.append(SYSTEM_TENANT, about(provider, type, { account, role }, by));
    if (role === null) await tx.access.removeProviderMember(provider, account, clock.now());
    else await tx.access.putProviderMember(provider, account, role);
  });
}

function about(provider: string, type: string, payload: object, by: Actor) {
  const subject: LedgerEntry['subject'] = { kind: 'provider', id: provider, revision: null };
  return { actor: by, onBehalfOf: null, type, subject, payload };
}
