import { and, asc, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Page } from '../../../contracts/rota.ts';
import type { ReviewRows } from '../../../ports/state/review.ts';
import type { NoteChange } from '../changes.ts';
import type { Queries } from '../connection.ts';
import { pages, shifts } from '../schema-review.ts';

type RotaRows = Pick<
  ReviewRows,
  'addShift' | 'withdrawShift' | 'shifts' | 'addPage' | 'pages' | 'unsentPages' | 'pageTried'
>;

/** Who is on call, and whom the product has paged. */
export function rotaRows(queries: Queries, changed: NoteChange): RotaRows {
  return {
    async addShift({ tenant, account, name, ...shift }) {
      await queries.insert(shifts).values({ ...shift, tenantId: tenant, accountId: account, accountName: name });
      changed(tenant, 'rota', shift.id);
    },

    async withdrawShift(tenant, id, at) {
      const gone = await queries
        .update(shifts)
        .set({ withdrawnAt: at })
        .where(and(eq(shifts.tenantId, tenant), eq(shifts.id, id), isNull(shifts.withdrawnAt)))
        .returning({ id: shifts.id });
      changed(tenant, 'rota', id);
      return gone.length === 1;
    },

    async shifts(tenant, now) {
      const rows = await queries
        .select()
        .from(shifts)
        .where(and(eq(shifts.tenantId, tenant), isNull(shifts.withdrawnAt), gt(shifts.endsAt, now)))
        .orderBy(asc(shifts.startsAt), asc(shifts.id))
        .limit(1000);
      return rows.map(({ tenantId, accountId, accountName, ...shift }) => ({
        ...shift,
        tenant: tenantId,
        account: accountId,
        name: accountName,
      }));
    },

    async addPage({ tenant, finding, account, ...page }) {
      const added = await queries
        .insert(pages)
        .values({ ...page, tenantId: tenant, findingId: finding, accountId: account })
        .onConflictDoNothing()
        .returning({ step: pages.step });
      return added.length === 1;
    },

    async pages(tenant, findings) {
      if (findings.length === 0) return [];
      const rows = await queries
        .select()
        .from(pages)
        .where(and(eq(pages.tenantId, tenant), inArray(pages.findingId, [...findings])))
        .orderBy(asc(pages.findingId), asc(pages.step));
      return rows.map(pageOf);
    },

    async unsentPages(tenant, tries) {
      const rows = await queries
        .select()
        .from(pages)
        .where(and(eq(pages.tenantId, tenant), isNull(pages.sentAt), lt(pages.tries, tries)))
        .orderBy(asc(pages.at))
        .limit(200);
      return rows.map(pageOf);
    },

    async pageTried(tenant, finding, step, sentAt) {
      await queries
        .update(pages)
        .set({ tries: sql`${pages.tries} + 1`, sentAt })
        .where(and(eq(pages.tenantId, tenant), eq(pages.findingId, finding), eq(pages.step, step)));
    },
  };
}

function pageOf({ tenantId, findingId, accountId, ...page }: typeof pages.$inferSelect): Page {
  return { ...page, tenant: tenantId, finding: findingId, account: accountId };
}
