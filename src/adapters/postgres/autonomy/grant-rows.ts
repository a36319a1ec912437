import { and, asc, desc, eq } from 'drizzle-orm';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { AutonomyRows } from '../../../ports/state/autonomy.ts';
import type { NoteChange } from '../changes.ts';
import type { Queries } from '../connection.ts';
import { autonomyGrants, autonomySteps } from '../schema-autonomy.ts';
import { grantOf } from './documents.ts';

/** The grants of one transaction. A grant is added and ended, never changed. */
export function grantRows(
  queries: Queries,
  changed: NoteChange,
): Pick<AutonomyRows, 'addGrant' | 'endGrant' | 'grant' | 'grantsOf' | 'addStep' | 'steps'> {
  const g = autonomyGrants;
  const s = autonomySteps;
  return {
    async addGrant({ tenant, key, signedBy, ...grant }) {
      await queries.insert(g).values({
        tenantId: tenant,
        classKey: key,
        signedById: signedBy.id,
        signedByName: signedBy.name,
        active: grant.endedAt === null,
        ...grant,
      });
      changed(tenant, 'autonomy', key);
    },
    async endGrant(tenant, id, at, why) {
      const ended = await queries
        .update(g)
        .set({ active: false, endedAt: at, endedWhy: why })
        .where(and(eq(g.tenantId, tenant), eq(g.id, id), eq(g.active, true)))
        .returning({ id: g.id });
      if (ended.length === 1) return;
      throw new BridgewatchError('AUTONOMY_GRANT_ENDED', `grant ${id} is not active; it has ended already`, 409);
    },
    async grant(tenant, id) {
      const [row] = await queries
        .select()
        .from(g)
        .where(and(eq(g.tenantId, tenant), eq(g.id, id)));
      return row === undefined ? null : grantOf(row);
    },
    async grantsOf(tenant, key) {
      const rows = await queries
        .select()
        .from(g)
        .where(and(eq(g.tenantId, tenant), eq(g.classKey, key)))
        .orderBy(desc(g.signedAt), desc(g.id));
      return rows.map(grantOf);
    },
    async addStep({ tenant, grant, exposure, since, by }) {
      await queries
        .insert(s)
        .values({ tenantId: tenant, grantId: grant, exposure, since, byId: by.id, byName: by.name });
    },
    async steps(tenant, grant) {
      const rows = await queries
        .select()
        .from(s)
        .where(and(eq(s.tenantId, tenant), eq(s.grantId, grant)))
        .orderBy(asc(s.exposure));
      return rows.map(({ exposure, since, byId, byName }) => ({
        tenant,
        grant,
        exposure,
        since,
        by: { id: byId, name: byName },
      }));
    },
  };
}
