import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { AutonomyRows } from '../../../ports/state/autonomy.ts';
import type { NoteChange } from '../changes.ts';
import type { Queries } from '../connection.ts';
import { automationStops } from '../schema-autonomy.ts';
import { stopOf } from './documents.ts';

/** The switch, of one transaction. */
export function stopRows(
  queries: Queries,
  changed: NoteChange,
): Pick<AutonomyRows, 'addStop' | 'liftStop' | 'standing' | 'stops' | 'stopped'> {
  const s = automationStops;
  return {
    async addStop({ tenant, by, liftedBy, ...stop }) {
      await queries.insert(s).values({
        tenantId: tenant,
        byId: by.id,
        byName: by.name,
        liftedById: liftedBy?.id ?? null,
        liftedByName: liftedBy?.name ?? null,
        ...stop,
      });
      changed(tenant, 'switch', stop.id);
    },
    async liftStop(tenant, id, by, at) {
      const lifted = await queries
        .update(s)
        .set({ liftedAt: at, liftedById: by.id, liftedByName: by.name })
        .where(and(eq(s.tenantId, tenant), eq(s.id, id), isNull(s.liftedAt)))
        .returning({ id: s.id });
      changed(tenant, 'switch', id);
      return lifted.length === 1;
    },
    async standing() {
      await queries.execute(sql`SELECT set_config('statement_timeout', '500', true)`);
      const rows = await queries.select().from(s).where(isNull(s.liftedAt)).orderBy(asc(s.at));
      return rows.map(stopOf);
    },
    async stops(tenant, limit) {
      const rows = await queries
        .select()
        .from(s)
        .where(eq(s.tenantId, tenant))
        .orderBy(desc(s.at), desc(s.id))
        .limit(limit);
      return rows.map(stopOf);
    },
    async stopped(tenant, key) {
      const { rows } = await queries.execute<{ stopped: boolean }>(
        sql`SELECT automation_stopped(${tenant}, ${key}) AS stopped`,
      );
      return rows[0]?.stopped !== false;
    },
  };
}
