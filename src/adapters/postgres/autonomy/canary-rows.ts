import { and, desc, eq } from 'drizzle-orm';
import type { Canary } from '../../../contracts/grant.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { CanaryRows } from '../../../ports/state/canaries.ts';
import type { Queries } from '../connection.ts';
import { canaries } from '../schema-autonomy.ts';

/** Known threats in the stream. No change of theirs is told to live views: that would point at them. */
export function canaryRows(queries: Queries): CanaryRows {
  const t = canaries;
  return {
    async plant({ tenant, finding, plantedBy, ...canary }) {
      const planted = await queries
        .insert(t)
        .values({
          tenantId: tenant,
          findingId: finding,
          plantedById: plantedBy.id,
          plantedByName: plantedBy.name,
          ...canary,
        })
        .onConflictDoNothing()
        .returning({ id: t.id });
      if (planted.length === 1) return;
      throw new BridgewatchError('CANARY_PLANTED', `finding "${finding}" is a planted threat already`, 409);
    },
    async resolve({ tenant, id, state, disposition, verdict, resolvedAt }) {
      await queries
        .update(t)
        .set({ state, disposition, verdict, resolvedAt })
        .where(and(eq(t.tenantId, tenant), eq(t.id, id)));
    },
    async ofFinding(tenant, finding) {
      const [row] = await queries
        .select()
        .from(t)
        .where(and(eq(t.tenantId, tenant), eq(t.findingId, finding)));
      return row === undefined ? null : canaryOf(row);
    },
    async all(tenant, limit) {
      const rows = await queries
        .select()
        .from(t)
        .where(eq(t.tenantId, tenant))
        .orderBy(desc(t.plantedAt), desc(t.id))
        .limit(limit);
      return rows.map(canaryOf);
    },
  };
}

function canaryOf(row: typeof canaries.$inferSelect): Canary {
  const { tenantId, findingId, plantedById, plantedByName, ...rest } = row;
  return { ...rest, tenant: tenantId, finding: findingId, plantedBy: { id: plantedById, name: plantedByName } };
}
