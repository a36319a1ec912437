import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Desk, ReviewRows } from '../../../ports/state/review.ts';
import type { NoteChange } from '../changes.ts';
import type { Queries } from '../connection.ts';
import { acknowledgements, findingAssignees, findingComments, findingSplits, findingWaits } from '../schema-review.ts';

type DeskRows = Pick<
  ReviewRows,
  | 'desks'
  | 'acknowledge'
  | 'sawOpinion'
  | 'assign'
  | 'comment'
  | 'comments'
  | 'startWait'
  | 'endWait'
  | 'split'
  | 'splits'
>;

/** People's work on findings that is no verdict. A change of it is told as a change of the finding. */
export function deskRows(queries: Queries, changed: NoteChange): DeskRows {
  return {
    async desks(tenant, findings) {
      const desks = new Map(findings.map((id): [string, Desk] => [id, emptyDesk]));
      if (findings.length === 0) return desks;
      const ids = [...desks.keys()];
      const opened = await queries
        .selectDistinctOn([acknowledgements.findingId])
        .from(acknowledgements)
        .where(and(eq(acknowledgements.tenantId, tenant), inArray(acknowledgements.findingId, ids)))
        .orderBy(acknowledgements.findingId, asc(acknowledgements.at), asc(acknowledgements.accountId));
      const owners = await queries
        .selectDistinctOn([findingAssignees.findingId])
        .from(findingAssignees)
        .where(and(eq(findingAssignees.tenantId, tenant), inArray(findingAssignees.findingId, ids)))
        .orderBy(findingAssignees.findingId, sql`${findingAssignees.workOrder} DESC`);
      const waits = await queries
        .select()
        .from(findingWaits)
        .where(and(eq(findingWaits.tenantId, tenant), inArray(findingWaits.findingId, ids)))
        .orderBy(asc(findingWaits.workOrder));
      const said = await queries
        .select({ id: findingComments.findingId, count: sql<number>`count(*)::integer` })
        .from(findingComments)
        .where(and(eq(findingComments.tenantId, tenant), inArray(findingComments.findingId, ids)))
        .groupBy(findingComments.findingId);
      const put = (id: string, part: Partial<Desk>) => desks.set(id, { ...(desks.get(id) ?? emptyDesk), ...part });
      for (const { findingId, accountId, accountName, at } of opened)
        put(findingId, { acknowledged: { id: accountId, name: accountName, at } });
      for (const { findingId, assigneeId, assigneeName } of owners)
        put(findingId, { assignee: assigneeId === null ? null : { id: assigneeId, name: assigneeName ?? '' } });
      for (const [id, rows] of Map.groupBy(waits, (row) => row.findingId))
        put(id, { waits: rows.map(({ startedAt, endedAt }) => ({ from: startedAt, until: endedAt })) });
      for (const { id, count } of said) put(id, { comments: count });
      return desks;
    },

    async acknowledge(tenant, finding, by, blind) {
      const added = await queries
        .insert(acknowledgements)
        .values({ tenantId: tenant, findingId: finding, accountId: by.id, accountName: by.name, at: by.at, blind })
        .onConflictDoNothing()
        .returning({ at: acknowledgements.at });
      if (added.length > 0) changed(tenant, 'finding', finding);
    },

    async sawOpinion(tenant, finding, account) {
      const rows = await queries
        .select({ at: acknowledgements.at })
        .from(acknowledgements)
        .where(
          and(
            eq(acknowledgements.tenantId, tenant),
            eq(acknowledgements.findingId, finding),
            eq(acknowledgements.accountId, account),
            eq(acknowledgements.blind, false),
          ),
        );
      return rows.length > 0;
    },

    async assign(tenant, finding, to, by) {
      await queries.insert(findingAssignees).values({
        tenantId: tenant,
        findingId: finding,
        assigneeId: to?.id ?? null,
        assigneeName: to?.name ?? null,
        byId: by.id,
        byName: by.name,
        at: by.at,
      });
      changed(tenant, 'finding', finding);
    },

    async comment(tenant, { id, finding, by, at, text }) {
      await queries
        .insert(findingComments)
        .values({ tenantId: tenant, id, findingId: finding, byId: by.id, byName: by.name, at, comment: text });
      changed(tenant, 'finding', finding);
    },

    async comments(tenant, finding) {
      const rows = await queries
        .select()
        .from(findingComments)
        .where(and(eq(findingComments.tenantId, tenant), eq(findingComments.findingId, finding)))
        .orderBy(asc(findingComments.at), asc(findingComments.id))
        .limit(1000);
      return rows.map(({ id, byId, byName, at, comment }) => ({
        id,
        finding,
        by: { id: byId, name: byName },
        at,
        text: comment,
      }));
    },

    async startWait(tenant, finding, by, why) {
      const added = await queries
        .insert(findingWaits)
        .values({ tenantId: tenant, findingId: finding, startedAt: by.at, byId: by.id, byName: by.name, why })
        .onConflictDoNothing()
        .returning({ at: findingWaits.startedAt });
      changed(tenant, 'finding', finding);
      return added.length > 0;
    },

    async endWait(tenant, finding, by) {
      const ended = await queries
        .update(findingWaits)
        .set({ endedAt: by.at, endedById: by.id })
        .where(
          and(eq(findingWaits.tenantId, tenant), eq(findingWaits.findingId, finding), isNull(findingWaits.endedAt)),
        )
        .returning({ at: findingWaits.startedAt });
      changed(tenant, 'finding', finding);
      return ended.length > 0;
    },

    async split(tenant, splits, by) {
      await queries.insert(findingSplits).values(
        splits.map(({ detection, from, into }) => ({
          tenantId: tenant,
          detectionId: detection,
          fromId: from,
          intoId: into,
          byId: by.id,
          byName: by.name,
          at: by.at,
        })),
      );
    },

    async splits(tenant) {
      const rows = await queries
        .selectDistinctOn([findingSplits.detectionId])
        .from(findingSplits)
        .where(eq(findingSplits.tenantId, tenant))
        .orderBy(findingSplits.detectionId, sql`${findingSplits.workOrder} DESC`);
      return rows.map(({ detectionId, fromId, intoId }) => ({ detection: detectionId, from: fromId, into: intoId }));
    },
  };
}

const emptyDesk: Desk = { acknowledged: null, assignee: null, waits: [], comments: 0 };
