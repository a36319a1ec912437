import { and, asc, desc, eq, gt, lt, or, sql } from 'drizzle-orm';
import type { Finding, FindingStatus } from '../../contracts/finding.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { determinationsInForce } from './determination-rows.ts';
import { canonicalFindingId, lockCanonical, lockKnownFinding } from './finding-identity.ts';
import { setFindingStatus } from './finding-status.ts';
import { determinations, findingAliases, findingRevisions, findings } from './schema.ts';
import { blindAssignments } from './schema-review.ts';

const MAX_PAGE = 500;

/** A finding that was merged into another is reached through its alias only, never listed beside it. */
const notMerged = sql`NOT EXISTS (
  SELECT FROM ${findingAliases}
  WHERE ${findingAliases.tenantId} = ${findings.tenantId} AND ${findingAliases.id} = ${findings.id})`;

/** Decided before the AI's opinion is shown, and nobody has decided yet: its place may not follow its probability. */
const stillBlind = sql`(EXISTS (SELECT FROM ${blindAssignments}
    WHERE ${blindAssignments.tenantId} = ${findings.tenantId} AND ${blindAssignments.findingId} = ${findings.id})
  AND NOT EXISTS (SELECT FROM ${determinations}
    WHERE ${determinations.tenantId} = ${findings.tenantId} AND ${determinations.findingId} = ${findings.id}))`;

/** What a person opened stands first: somebody asks for it to be looked at. */
function placeOf({ openedBy, threatProbability, rank }: Finding): number {
  return openedBy === undefined ? (rank?.expectedLoss.value ?? threatProbability) : 1;
}

/** The findings of one transaction. */
export function findingRows(queries: Queries, changed: NoteChange): StateTx['findings'] {
  const documents = () =>
    queries
      .select({ head: findings, document: findingRevisions.document })
      .from(findings)
      .innerJoin(
        findingRevisions,
        and(
          eq(findingRevisions.tenantId, findings.tenantId),
          eq(findingRevisions.findingId, findings.id),
          eq(findingRevisions.revision, findings.revision),
        ),
      );

  const withDeterminations = async (
    tenant: string,
    rows: Awaited<ReturnType<typeof documents>>,
  ): Promise<StoredFinding[]> => {
    const decided = rows.filter(({ head }) => head.status === 'determined').map(({ head }) => head.id);
    const inForce = await determinationsInForce(queries, tenant, decided);
    return rows.map(({ head, document }) => ({
      finding: head.ranking === null ? document : { ...document, rank: head.ranking },
      status: head.status,
      visibleAt: head.visibleAt,
      updatedAt: head.updatedAt,
      determination: inForce.get(head.id) ?? null,
      firstSeen: head.firstSeen,
      reviews: head.reviews,
    }));
  };

  return {
    async get(tenant, id, forUpdate = false) {
      // Lock first, read after: one statement that did both would join the new head to the old document and find nothing.
      const canonical = forUpdate
        ? await lockCanonical(queries, tenant, id)
        : await canonicalFindingId(queries, tenant, id);
      const rows = await documents().where(and(eq(findings.tenantId, tenant), eq(findings.id, canonical)));
      return (await withDeterminations(tenant, rows))[0] ?? null;
    },

    async page(tenant, filter, cursor, limit) {
      const size = Math.max(1, Math.min(limit, MAX_PAGE));
      const after = cursor === null ? null : readCursor(cursor);
      const { rank, id, status, tenantId } = findings;
      const rows = await documents()
        .where(
          and(
            eq(tenantId, tenant),
            notMerged,
            filter.status === undefined ? undefined : eq(status, filter.status),
            after === null ? undefined : or(lt(rank, after.rank), and(eq(rank, after.rank), gt(id, after.id))),
          ),
        )
        .orderBy(desc(rank), asc(id))
        .limit(size + 1);
      const shown = rows.slice(0, size);
      const last = shown.at(-1);
      const more = rows.length > size && last !== undefined;
      return {
        items: await withDeterminations(tenant, shown),
        next: more ? writeCursor({ rank: last.head.rank, id: last.head.id }) : null,
      };
    },

    async put(stored) {
      const { finding, updatedAt } = stored;
      const { tenant, id, revision, threatProbability } = finding;
      const ranking = finding.rank ?? null;
      const rank = placeOf(finding);
      const written = await queries
        .insert(findings)
        .values({
          tenantId: tenant,
          id,
          revision,
          status: 'open',
          threatProbability,
          visibleAt: stored.visibleAt,
          updatedAt,
          firstSeen: stored.firstSeen,
          rank,
          ranking,
        })
        .onConflictDoUpdate({
          target: [findings.tenantId, findings.id],
          set: {
            revision,
            threatProbability,
            updatedAt,
            ranking,
            rank: sql`CASE WHEN ${stillBlind} THEN ${findings.rank} ELSE ${rank} END`,
          },
          setWhere: lt(findings.revision, revision),
        })
        .returning({ revision: findings.revision });
      if (written.length === 0) {
        throw new BridgewatchError(
          'STATE_STALE_REVISION',
          `Finding ${id} has revision ${revision} or a higher one already; read it again and build on that`,
          409,
        );
      }
      await queries
        .insert(findingRevisions)
        .values({ tenantId: tenant, findingId: id, revision, document: finding, recordedAt: updatedAt });
      changed(tenant, 'finding', id);
    },

    async rerank(finding) {
      await queries
        .update(findings)
        .set({
          ranking: finding.rank ?? null,
          rank: sql`CASE WHEN ${stillBlind} THEN ${findings.rank} ELSE ${placeOf(finding)} END`,
        })
        .where(and(eq(findings.tenantId, finding.tenant), eq(findings.id, finding.id)));
      changed(finding.tenant, 'finding', finding.id);
    },

    async close(tenant, id, at) {
      await lockKnownFinding(queries, tenant, id);
      await setFindingStatus(queries, changed, { tenant, id, status: 'closed', at });
    },

    async alias(tenant, from, to) {
      const target = await canonicalFindingId(queries, tenant, to);
      const present = await canonicalFindingId(queries, tenant, from);
      if (target === from) {
        throw new BridgewatchError(
          'STATE_ALIAS_CYCLE',
          `Finding ${to} is an alias of ${from}; it cannot be its target as well`,
          409,
        );
      }
      if (present === target) return;
      if (present !== from) {
        throw new BridgewatchError(
          'STATE_ALIAS_TAKEN',
          `Finding ${from} was merged into ${present} already, not ${target}`,
          409,
        );
      }
      await queries.insert(findingAliases).values({ tenantId: tenant, id: from, findingId: target });
      changed(tenant, 'finding', from);
      changed(tenant, 'finding', target);
    },

    async counts(tenant) {
      const rows = await queries
        .select({ status: findings.status, count: sql<number>`count(*)::integer` })
        .from(findings)
        .where(and(eq(findings.tenantId, tenant), notMerged))
        .groupBy(findings.status);
      const count = (status: FindingStatus) => rows.find((row) => row.status === status)?.count ?? 0;
      return { open: count('open'), determined: count('determined'), closed: count('closed') };
    },
  };
}
