import { and, asc, desc, eq, sql } from 'drizzle-orm';
import type { ClassChange } from '../../../contracts/grant.ts';
import type { AutonomyRows } from '../../../ports/state/autonomy.ts';
import type { NoteChange } from '../changes.ts';
import type { Queries } from '../connection.ts';
import { autonomyChanges, autonomyClasses } from '../schema-autonomy.ts';
import { classOf } from './documents.ts';

/** The classes of one transaction and their history. */
export function classRows(
  queries: Queries,
  changed: NoteChange,
): Pick<AutonomyRows, 'classes' | 'class' | 'putClass' | 'addChange' | 'changes'> {
  const t = autonomyClasses;
  return {
    async classes(tenant) {
      const rows = await queries.select().from(t).where(eq(t.tenantId, tenant)).orderBy(asc(t.key));
      return rows.map(classOf);
    },
    async class(tenant, key, forUpdate = false) {
      const query = queries
        .select()
        .from(t)
        .where(and(eq(t.tenantId, tenant), eq(t.key, key)));
      const [row] = await (forUpdate ? query.for('update') : query);
      return row === undefined ? null : classOf(row);
    },
    async putClass(each) {
      const { tenant, key, family, subject, level, impact, reversible, epoch, epochSince, versions, cusum } = each;
      const moving = {
        level,
        epoch,
        epochSince,
        versions,
        grantId: each.grant,
        grantActive: each.grant === null ? null : true,
        cusum,
        updatedAt: each.updatedAt,
      };
      const what = subject.does === 'close' ? subject.disposition : subject.kind;
      await queries
        .insert(t)
        .values({ tenantId: tenant, key, family, does: subject.does, what, impact, reversible, ...moving })
        .onConflictDoUpdate({ target: [t.tenantId, t.key], set: moving });
      changed(tenant, 'autonomy', key);
    },
    async addChange({ tenant, key, from, to, by, ...change }) {
      await queries.insert(autonomyChanges).values({
        tenantId: tenant,
        key,
        seq: sql`(SELECT coalesce(max(seq), 0) + 1 FROM autonomy_changes WHERE tenant_id = ${tenant} AND key = ${key})`,
        levelFrom: from,
        levelTo: to,
        byId: by?.id ?? null,
        byName: by?.name ?? null,
        ...change,
      });
    },
    async changes(tenant, key, limit) {
      const c = autonomyChanges;
      const rows = await queries
        .select()
        .from(c)
        .where(and(eq(c.tenantId, tenant), eq(c.key, key)))
        .orderBy(desc(c.seq))
        .limit(limit);
      return rows.map(
        ({ tenantId, levelFrom, levelTo, byId, byName, ...row }): ClassChange => ({
          ...row,
          tenant: tenantId,
          from: levelFrom,
          to: levelTo,
          by: byId === null ? null : { id: byId, name: byName ?? '' },
        }),
      );
    },
  };
}
