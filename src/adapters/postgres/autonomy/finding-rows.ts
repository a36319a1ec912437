import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { tellingKinds } from '../../../contracts/entity.ts';
import type { Finding } from '../../../contracts/finding.ts';
import type { AutonomyRows, ClassFindings } from '../../../ports/state/autonomy.ts';
import type { Queries } from '../connection.ts';
import { evidenceEvents } from '../schema.ts';

/** Rows looked at for one answer. */
const MOST_RECENT = 5000;

/** Findings asked for by class: by their family and what the AI recommends at the current revision. */
export function findingsOfClass(
  queries: Queries,
): Pick<AutonomyRows, 'candidates' | 'recent' | 'sourcesOf' | 'waiting'> {
  return {
    async candidates(tenant, of, grant, quietSince, limit) {
      const { rows } = await queries.execute<{ id: string }>(sql`
        SELECT f.id ${from(tenant, of)} AND f.status = 'open' AND f.updated_at <= ${quietSince}
          AND NOT EXISTS (SELECT FROM considerations c WHERE c.tenant_id = f.tenant_id AND c.finding_id = f.id
            AND c.revision = f.revision AND c.grant_id = ${grant})
        ORDER BY f.visible_at, f.id LIMIT ${limit}`);
      return rows.map(({ id }) => id);
    },
    async recent(tenant, of, since) {
      const { rows } = await queries.execute<{
        id: string;
        status: string;
        detections: Finding['detections'];
        entities: Finding['entities'];
      }>(sql`
        SELECT f.id, f.status, r.document -> 'detections' AS detections, r.document -> 'entities' AS entities
        ${from(tenant, of)} AND f.visible_at >= ${since}
        ORDER BY f.visible_at DESC, f.id LIMIT ${MOST_RECENT}`);
      return rows.map(({ id, status, detections, entities }) => ({
        id,
        status,
        detectors: Object.fromEntries(detections.map(({ detector }) => [detector.id, detector.version])),
        entities: entities.filter(({ kind }) => tellingKinds.has(kind)).map(({ kind, value }) => `${kind}|${value}`),
      }));
    },
    async sourcesOf(tenant, events) {
      const rows = await queries
        .select({ lens: evidenceEvents.lens, count: sql<number>`count(*)::integer` })
        .from(evidenceEvents)
        .where(and(eq(evidenceEvents.tenantId, tenant), inArray(evidenceEvents.id, [...events])))
        .groupBy(evidenceEvents.lens);
      return { sources: rows.map(({ lens }) => lens).sort(), known: rows.reduce((sum, { count }) => sum + count, 0) };
    },
    async waiting(tenant, of, before) {
      const { rows } = await queries.execute<{ count: number }>(sql`
        SELECT count(*)::integer AS count ${from(tenant, of)} AND f.status = 'open' AND f.visible_at < ${before}`);
      return rows[0]?.count ?? 0;
    },
  };
}

/** Findings that were merged into another are reached through that one. */
function from(tenant: string, { family, subject }: ClassFindings): SQL {
  const sees =
    subject.does === 'close'
      ? sql`r.document -> 'recommendation' ->> 'disposition' = ${subject.disposition}`
      : sql`EXISTS (SELECT FROM json_array_elements(r.document -> 'recommendation' -> 'actions') a WHERE a ->> 'kind' = ${subject.kind})`;
  return sql`
    FROM findings f
    JOIN finding_revisions r ON r.tenant_id = f.tenant_id AND r.finding_id = f.id AND r.revision = f.revision
    WHERE f.tenant_id = ${tenant} AND r.document ->> 'family' = ${family} AND ${sees}
      AND NOT EXISTS (SELECT FROM finding_aliases a WHERE a.tenant_id = f.tenant_id AND a.id = f.id)`;
}
