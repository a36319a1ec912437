import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Role } from '../../contracts/tenant.ts';
import type { Membership } from '../../ports/state-store.ts';
import type { Queries } from './connection.ts';
import { memberships, tenants } from './schema.ts';
import { providerMembers } from './schema-access.ts';
import { showAccount, showTenants } from './tenancy.ts';

/** Weakest first. Of a role of one's own and one through a provider the stronger holds; of two equal ones one's own. */
const strength: readonly Role[] = ['customer', 'viewer', 'analyst', 'lead', 'administrator'];

/** Every tenant an account may enter, by id. The transaction shows no tenant yet, and afterwards exactly these. */
export async function membershipsOf(queries: Queries, account: string): Promise<readonly Membership[]> {
  // Row-level security shows the account's own memberships, and tenants of providers it works for.
  await showAccount(queries, account);
  const direct = await queries
    .select({ tenant: memberships.tenantId, role: memberships.role })
    .from(memberships)
    .where(and(eq(memberships.accountId, account), isNull(memberships.removedAt)));
  const provided = await queries
    .select({ tenant: tenants.tenantId, role: providerMembers.role })
    .from(providerMembers)
    .innerJoin(tenants, eq(tenants.providerId, providerMembers.providerId))
    .where(and(eq(providerMembers.accountId, account), isNull(providerMembers.removedAt)));

  const held = new Map<string, { role: Role; via: Membership['via'] }>();
  const claims = [
    ...direct.map((one) => ({ ...one, via: null })),
    ...provided.map((one) => ({ ...one, via: 'provider' as const })),
  ];
  for (const { tenant, role, via } of claims) {
    const other = held.get(tenant);
    if (other === undefined || strength.indexOf(role) > strength.indexOf(other.role)) held.set(tenant, { role, via });
  }
  const ids = [...held.keys()].toSorted();
  if (ids.length === 0) return [];
  await showTenants(queries, ids);
  const named = await queries.select().from(tenants).where(inArray(tenants.tenantId, ids));
  const names = new Map(named.map(({ tenantId, name }) => [tenantId, name]));
  return [...held]
    .map(([id, { role, via }]) => ({ tenant: { id, name: names.get(id) ?? id }, role, via }))
    .toSorted((a, b) => (a.tenant.id < b.tenant.id ? -1 : 1));
}
