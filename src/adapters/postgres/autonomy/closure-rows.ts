import { and, desc, eq, gt, gte, type SQL, sql } from 'drizzle-orm';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { AutonomyRows } from '../../../ports/state/autonomy.ts';
import type { NoteChange } from '../changes.ts';
import type { Queries } from '../connection.ts';
import { closures, considerations } from '../schema-autonomy.ts';
import { closureOf, closureRow, standing as standingOf } from './documents.ts';

/** What grants closed, prepared, or left to people, of one transaction. */
export function closureRows(
  queries: Queries,
  changed: NoteChange,
): Pick<
  AutonomyRows,
  | 'addClosure'
  | 'moveClosure'
  | 'closure'
  | 'closuresOf'
  | 'closures'
  | 'closedSince'
  | 'reviewsOverdue'
  | 'addConsideration'
  | 'considerationsOf'
> {
  const c = closures;
  const read = async (where: SQL | undefined, limit: number) => {
    const rows = await queries.select().from(c).where(where).orderBy(desc(c.at), desc(c.id)).limit(limit);
    return rows.map(closureOf);
  };
  return {
    async addClosure(closure) {
      await queries.insert(c).values(closureRow(closure));
      changed(closure.tenant, 'closure', closure.id);
    },
    async moveClosure(closure) {
      const moved = await queries
        .update(c)
        .set(standingOf(closure))
        .where(and(eq(c.tenantId, closure.tenant), eq(c.id, closure.id)))
        .returning({ id: c.id });
      if (moved.length === 0)
        throw new BridgewatchError('AUTONOMY_CLOSURE_UNKNOWN', `There is no closure ${closure.id}`, 404);
      changed(closure.tenant, 'closure', closure.id);
    },
    async closure(tenant, id, forUpdate = false) {
      const query = queries
        .select()
        .from(c)
        .where(and(eq(c.tenantId, tenant), eq(c.id, id)));
      const [row] = await (forUpdate ? query.for('update') : query);
      return row === undefined ? null : closureOf(row);
    },
    closuresOf: (tenant, finding) => read(and(eq(c.tenantId, tenant), eq(c.findingId, finding)), 100),
    closures: (tenant, { key, grant, state, closedAfter }, limit) =>
      read(
        and(
          eq(c.tenantId, tenant),
          key === undefined ? undefined : eq(c.key, key),
          grant === undefined ? undefined : eq(c.grantId, grant),
          state === undefined ? undefined : eq(c.state, state),
          closedAfter === undefined ? undefined : gt(c.closedAt, closedAfter),
        ),
        limit,
      ),
    async closedSince(tenant, key, since) {
      const [row] = await queries
        .select({ count: sql<number>`count(*)::integer` })
        .from(c)
        .where(and(eq(c.tenantId, tenant), eq(c.key, key), gte(c.closedAt, since)));
      return row?.count ?? 0;
    },
    async reviewsOverdue(tenant, key, epoch, now) {
      const { rows } = await queries.execute<{ count: number }>(sql`
        SELECT count(*)::integer AS count FROM closures c
        JOIN autonomy_grants g ON g.tenant_id = c.tenant_id AND g.id = c.grant_id AND g.epoch = ${epoch}
        WHERE c.tenant_id = ${tenant} AND c.key = ${key} AND c.state = 'closed' AND c.reviewed_as IS NULL AND c.review_due_at < ${now}
          AND NOT EXISTS (SELECT FROM finding_aliases a WHERE a.tenant_id = c.tenant_id AND a.id = c.finding_id)`);
      return rows[0]?.count ?? 0;
    },
    async addConsideration({ tenant, finding, grant, ...consideration }) {
      await queries
        .insert(considerations)
        .values({ tenantId: tenant, findingId: finding, grantId: grant, ...consideration })
        .onConflictDoNothing();
      changed(tenant, 'finding', finding);
    },
    async considerationsOf(tenant, finding) {
      const rows = await queries
        .select()
        .from(considerations)
        .where(and(eq(considerations.tenantId, tenant), eq(considerations.findingId, finding)))
        .orderBy(desc(considerations.at));
      return rows.map(({ tenantId, findingId, grantId, ...row }) => ({
        ...row,
        tenant: tenantId,
        finding: findingId,
        grant: grantId,
      }));
    },
  };
}
