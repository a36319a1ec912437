import { and, asc, count, desc, eq, gt, inArray, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Action } from '../../contracts/response.ts';
import type { ResponseRows } from '../../ports/state/response.ts';
import { actionOfRow, rowOfAction } from './action-document.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { actionApprovals, actionNotes, actionPlans, actions } from './schema-response.ts';

/** Rows of response of one transaction. */
export function responseRows(queries: Queries, changed: NoteChange): ResponseRows {
  const withPlans = () =>
    queries
      .select({ row: actions, plan: actionPlans.plan, planHash: actionPlans.planHash })
      .from(actions)
      .innerJoin(
        actionPlans,
        and(
          eq(actionPlans.tenantId, actions.tenantId),
          eq(actionPlans.actionId, actions.id),
          eq(actionPlans.planNumber, actions.planNumber),
        ),
      );
  const one = (tenant: string, id: string) => and(eq(actions.tenantId, tenant), eq(actions.id, id));
  const addPlan: ResponseRows['addPlan'] = async ({ tenant, id, planNumber, planHash, plan, updatedAt }) => {
    await queries
      .insert(actionPlans)
      .values({ tenantId: tenant, actionId: id, planNumber, planHash, plan, at: updatedAt });
  };
  /** Of what `where` finds, locked; rows that another transaction has locked are passed over. */
  const locked = async (where: SQL | undefined, order: SQL, limit: number): Promise<Action[]> => {
    const found = await withPlans()
      .where(where)
      .orderBy(order, asc(actions.id))
      .limit(limit)
      .for('update', { of: actions, skipLocked: true });
    return found.map(({ row, ...plan }) => actionOfRow(row, plan));
  };

  return {
    addPlan,
    async create(action) {
      await queries.insert(actions).values(rowOfAction(action));
      await addPlan(action);
      changed(action.tenant, 'action', action.id);
    },
    async get(tenant, id, forUpdate = false) {
      const query = withPlans().where(one(tenant, id));
      const [found] = await (forUpdate ? query.for('update', { of: actions }) : query);
      return found === undefined ? null : actionOfRow(found.row, found);
    },
    async hold(tenant, id, holder) {
      const [found] = await withPlans()
        .where(and(one(tenant, id), eq(actions.leasedBy, holder)))
        .for('update', { of: actions });
      return found === undefined ? null : actionOfRow(found.row, found);
    },
    async put(action, lease) {
      const held = { leasedBy: lease?.holder ?? null, leaseUntil: lease?.until ?? null };
      await queries
        .update(actions)
        .set({ ...rowOfAction(action), ...held })
        .where(one(action.tenant, action.id));
      changed(action.tenant, 'action', action.id);
    },
    async page(tenant, { state, finding, asked }, cursor, limit) {
      const after = cursor === null ? undefined : readCursor(cursor);
      const found = await withPlans()
        .where(
          and(
            eq(actions.tenantId, tenant),
            state === undefined ? undefined : eq(actions.state, state),
            finding === undefined ? undefined : eq(actions.findingId, finding),
            asked === undefined ? undefined : eq(actions.asked, asked),
            after === undefined
              ? undefined
              : or(
                  lt(actions.proposedAt, after.rank),
                  and(eq(actions.proposedAt, after.rank), gt(actions.id, after.id)),
                ),
          ),
        )
        .orderBy(desc(actions.proposedAt), asc(actions.id))
        .limit(limit + 1);
      const items = found.slice(0, limit).map(({ row, ...plan }) => actionOfRow(row, plan));
      const last = items.at(-1);
      const next =
        found.length > limit && last !== undefined ? writeCursor({ rank: last.proposedAt, id: last.id }) : null;
      return { items, next };
    },
    async countOf(tenant, finding) {
      const [found] = await queries
        .select({ number: count() })
        .from(actions)
        .where(and(eq(actions.tenantId, tenant), eq(actions.findingId, finding)));
      return found?.number ?? 0;
    },
    async approve(tenant, action, { planNumber, planHash, by, speaksFor, at }) {
      await queries.insert(actionApprovals).values({
        tenantId: tenant,
        actionId: action,
        planNumber,
        planHash,
        accountId: by.id,
        accountName: by.name,
        speaksFor,
        at,
      });
      changed(tenant, 'action', action);
    },
    async approvals(tenant, action) {
      const rows = await queries
        .select()
        .from(actionApprovals)
        .where(and(eq(actionApprovals.tenantId, tenant), eq(actionApprovals.actionId, action)))
        .orderBy(asc(actionApprovals.at), asc(actionApprovals.accountId));
      return rows.map(({ planNumber, planHash, accountId, accountName, speaksFor, at }) => ({
        planNumber,
        planHash,
        by: { id: accountId, name: accountName },
        speaksFor,
        at,
      }));
    },
    async note(tenant, action, { phase, attempt, event, detail, at }) {
      const number = sql<number>`(SELECT coalesce(max(${actionNotes.number}), 0) + 1 FROM ${actionNotes}
        WHERE ${actionNotes.tenantId} = ${tenant} AND ${actionNotes.actionId} = ${action})`;
      await queries
        .insert(actionNotes)
        .values({ tenantId: tenant, actionId: action, number, phase, attempt, event, detail, at });
    },
    async notes(tenant, action) {
      const rows = await queries
        .select()
        .from(actionNotes)
        .where(and(eq(actionNotes.tenantId, tenant), eq(actionNotes.actionId, action)))
        .orderBy(asc(actionNotes.number))
        .limit(1000);
      return rows.map(({ phase, attempt, event, detail, at }) => ({ phase, attempt, event, detail, at }));
    },
    async claim(tenants, now, lease) {
      const due = and(
        inArray(actions.tenantId, [...tenants]),
        inArray(actions.state, ['approved', 'executing']),
        lte(actions.nextAt, now),
        or(isNull(actions.leaseUntil), lte(actions.leaseUntil, now)),
      );
      const [action] = await locked(due, sql`${actions.nextAt}`, 1);
      if (action === undefined) return null;
      await queries
        .update(actions)
        .set({ leasedBy: lease.holder, leaseUntil: lease.until })
        .where(one(action.tenant, action.id));
      return action;
    },
    expired: (tenants, now, limit) =>
      locked(
        and(
          inArray(actions.tenantId, [...tenants]),
          inArray(actions.state, ['proposed', 'approved']),
          lte(actions.expiresAt, now),
          or(isNull(actions.leaseUntil), lte(actions.leaseUntil, now)),
        ),
        sql`${actions.expiresAt}`,
        limit,
      ),
    async noticeDue(tenant, action, at, tries = 0) {
      await queries.update(actions).set({ noticeAt: at, noticeTries: tries }).where(one(tenant, action));
    },
    async claimNotice(tenants, now, until) {
      const due = and(inArray(actions.tenantId, [...tenants]), lte(actions.noticeAt, now));
      const [action] = await locked(due, sql`${actions.noticeAt}`, 1);
      if (action === undefined) return null;
      const [row] = await queries
        .update(actions)
        .set({ noticeAt: until })
        .where(one(action.tenant, action.id))
        .returning({ tries: actions.noticeTries });
      return { action, tries: row?.tries ?? 0 };
    },
  };
}
