import { and, eq, isNull } from 'drizzle-orm';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { AccessRows } from '../../ports/state/access.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { tenants } from './schema.ts';
import { providerMembers, providers } from './schema-access.ts';
import { showAccount } from './tenancy.ts';

type ProviderRows = Pick<AccessRows, 'addProvider' | 'assignProvider' | 'putProviderMember' | 'removeProviderMember'>;

/** Firms that look after several tenants, and their people. */
export function providerRows(queries: Queries, changed: NoteChange): ProviderRows {
  const demandProvider = async (id: string): Promise<void> => {
    const known = await queries.select().from(providers).where(eq(providers.providerId, id));
    if (known.length === 0) {
      throw new BridgewatchError('PROVIDER_UNKNOWN', `There is no provider "${id}"; add it first`, 404);
    }
  };
  const present = (provider: string) =>
    and(eq(providerMembers.providerId, provider), isNull(providerMembers.removedAt));

  /** A role at a provider is one in each of its tenants. Asked as that person, since no tenant is chosen here. */
  const tellTenants = async (provider: string, account: string): Promise<void> => {
    await showAccount(queries, account);
    const mine = await queries.select().from(tenants).where(eq(tenants.providerId, provider));
    await showAccount(queries, '');
    for (const { tenantId } of mine) changed(tenantId, 'member', account);
  };

  return {
    async addProvider({ id, name }) {
      const added = await queries
        .insert(providers)
        .values({ providerId: id, name })
        .onConflictDoNothing()
        .returning({ id: providers.providerId });
      if (added.length === 0) {
        throw new BridgewatchError('PROVIDER_EXISTS', `A provider "${id}" exists already; choose another id`, 409);
      }
    },
    async assignProvider(tenant, provider) {
      if (provider !== null) await demandProvider(provider);
      const [before] = await queries.select().from(tenants).where(eq(tenants.tenantId, tenant));
      await queries.update(tenants).set({ providerId: provider }).where(eq(tenants.tenantId, tenant));
      for (const one of [before?.providerId ?? null, provider]) {
        if (one === null) continue;
        const people = await queries.select().from(providerMembers).where(present(one));
        for (const { accountId } of people) changed(tenant, 'member', accountId);
      }
    },
    async putProviderMember(provider, account, role) {
      await demandProvider(provider);
      await queries
        .insert(providerMembers)
        .values({ providerId: provider, accountId: account, role, removedAt: null })
        .onConflictDoUpdate({
          target: [providerMembers.providerId, providerMembers.accountId],
          set: { role, removedAt: null },
        });
      await tellTenants(provider, account);
    },
    async removeProviderMember(provider, account, at) {
      await tellTenants(provider, account);
      await queries
        .update(providerMembers)
        .set({ removedAt: at })
        .where(and(present(provider), eq(providerMembers.accountId, account)));
    },
  };
}
