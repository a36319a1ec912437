import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Withheld } from '../../../contracts/review.ts';
import type { ReviewRows } from '../../../ports/state/review.ts';
import type { NoteChange } from '../changes.ts';
import type { Queries } from '../connection.ts';
import { determinations, findings } from '../schema.ts';
import { blindAssignments, reviewDisclosures } from '../schema-review.ts';

type BlindRows = Pick<
  ReviewRows,
  'assignBlind' | 'blindAssignment' | 'rankBlind' | 'withheld' | 'disclose' | 'disclosed'
>;

/** Which findings are decided before the AI's opinion is shown, and from whom it is kept while a review is pending. */
export function blindRows(queries: Queries, changed: NoteChange): BlindRows {
  const setRank = (tenant: string, finding: string, rank: number) =>
    queries
      .update(findings)
      .set({ rank })
      .where(
        and(
          eq(findings.tenantId, tenant),
          eq(findings.id, finding),
          sql`EXISTS (SELECT FROM ${blindAssignments} WHERE ${blindAssignments.tenantId} = ${tenant}
            AND ${blindAssignments.findingId} = ${finding})`,
          sql`NOT EXISTS (SELECT FROM ${determinations} WHERE ${determinations.tenantId} = ${tenant}
            AND ${determinations.findingId} = ${finding})`,
        ),
      );

  return {
    async assignBlind({ tenant, finding, why, share, at }, rank) {
      await queries.insert(blindAssignments).values({ tenantId: tenant, findingId: finding, why, share, at });
      await setRank(tenant, finding, rank);
    },

    async blindAssignment(tenant, finding) {
      const [row] = await queries
        .select()
        .from(blindAssignments)
        .where(and(eq(blindAssignments.tenantId, tenant), eq(blindAssignments.findingId, finding)));
      return row === undefined ? null : { tenant, finding, why: row.why, share: row.share, at: row.at };
    },

    async rankBlind(tenant, finding, rank) {
      await setRank(tenant, finding, rank);
    },

    async withheld(tenant, { account, reviews, adjudicates }, ids) {
      if (ids?.length === 0) return new Map();
      const among = ids === undefined ? sql`true` : inArray(sql`finding_id`, [...new Set(ids)]);
      // A finding merged away is decided where it went; until then what was said about it is said about a part.
      const { rows } = await queries.execute<{ finding_id: string; why: Withheld }>(sql`
        SELECT finding_id, why FROM blind_assignments a
        WHERE tenant_id = ${tenant} AND ${among} AND NOT EXISTS (
          SELECT FROM determinations d WHERE d.tenant_id = a.tenant_id AND d.finding_id IN (a.finding_id,
            (SELECT x.finding_id FROM finding_aliases x WHERE x.tenant_id = a.tenant_id AND x.id = a.finding_id)))
        UNION ALL
        SELECT finding_id, 'review' FROM review_tasks t
        WHERE tenant_id = ${tenant} AND ${among} AND state = 'open'
          AND CASE kind WHEN 'adjudication' THEN ${adjudicates}::boolean ELSE ${reviews}::boolean END
          AND NOT EXISTS (SELECT FROM incidents i WHERE i.tenant_id = t.tenant_id AND i.finding_id = t.finding_id
            AND i.state IN ('open', 'contained'))
          AND NOT EXISTS (SELECT FROM determinations d
            WHERE d.tenant_id = t.tenant_id AND d.finding_id = t.finding_id AND d.by_id = ${account})
          AND NOT EXISTS (SELECT FROM review_tasks o
            WHERE o.tenant_id = t.tenant_id AND o.finding_id = t.finding_id AND o.done_by_id = ${account})
          AND NOT EXISTS (SELECT FROM review_disclosures r
            WHERE r.tenant_id = t.tenant_id AND r.finding_id = t.finding_id AND r.account_id = ${account})`);
      const withheld = new Map<string, Withheld>();
      for (const { finding_id: id, why } of rows) if (!withheld.has(id)) withheld.set(id, why);
      return withheld;
    },

    async disclose(tenant, finding, account, at) {
      await queries
        .insert(reviewDisclosures)
        .values({ tenantId: tenant, findingId: finding, accountId: account, at })
        .onConflictDoNothing();
      changed(tenant, 'review', finding);
    },

    async disclosed(tenant, finding) {
      const rows = await queries
        .select({ account: reviewDisclosures.accountId })
        .from(reviewDisclosures)
        .where(and(eq(reviewDisclosures.tenantId, tenant), eq(reviewDisclosures.findingId, finding)));
      return new Set(rows.map(({ account }) => account));
    },
  };
}
