import { and, eq, isNull } from 'drizzle-orm';
import type { AccessRows } from '../../ports/state/access.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { memberships, tenants } from './schema.ts';
import { providerMembers } from './schema-access.ts';
import { user } from './schema-auth.ts';

type MemberRows = Pick<AccessRows, 'members' | 'memberRole' | 'administrators' | 'putMember' | 'removeMember'>;

/** Who belongs to a tenant by itself. Whoever leaves is marked, never deleted. */
export function memberRows(queries: Queries, changed: NoteChange): MemberRows {
  const present = (tenant: string) => and(eq(memberships.tenantId, tenant), isNull(memberships.removedAt));
  return {
    async members(tenant) {
      const direct = await queries
        .select({ account: memberships.accountId, role: memberships.role, name: user.name, email: user.email })
        .from(memberships)
        .leftJoin(user, eq(user.id, memberships.accountId))
        .where(present(tenant))
        .orderBy(user.name, memberships.accountId);
      const provided = await queries
        .select({ account: providerMembers.accountId, role: providerMembers.role, name: user.name, email: user.email })
        .from(tenants)
        .innerJoin(providerMembers, eq(providerMembers.providerId, tenants.providerId))
        .leftJoin(user, eq(user.id, providerMembers.accountId))
        .where(and(eq(tenants.tenantId, tenant), isNull(providerMembers.removedAt)))
        .orderBy(user.name, providerMembers.accountId);
      return [
        ...direct.map((row) => ({ ...row, name: row.name ?? '', email: row.email ?? '', via: null })),
        ...provided.map((row) => ({
          ...row,
          name: row.name ?? '',
          email: row.email ?? '',
          via: 'provider' as const,
        })),
      ];
    },
    async memberRole(tenant, account) {
      const [row] = await queries
        .select({ role: memberships.role })
        .from(memberships)
        .where(and(present(tenant), eq(memberships.accountId, account)))
        .for('update');
      return row?.role ?? null;
    },
    async administrators(tenant) {
      const rows = await queries
        .select({ account: memberships.accountId })
        .from(memberships)
        .where(and(present(tenant), eq(memberships.role, 'administrator')))
        .orderBy(memberships.accountId)
        .for('update');
      return rows.map(({ account }) => account);
    },
    async putMember(tenant, account, role) {
      await queries
        .insert(memberships)
        .values({ tenantId: tenant, accountId: account, role, removedAt: null })
        .onConflictDoUpdate({
          target: [memberships.tenantId, memberships.accountId],
          set: { role, removedAt: null },
        });
      changed(tenant, 'member', account);
    },
    async removeMember(tenant, account, at) {
      await queries
        .update(memberships)
        .set({ removedAt: at })
        .where(and(present(tenant), eq(memberships.accountId, account)));
      changed(tenant, 'member', account);
    },
  };
}
