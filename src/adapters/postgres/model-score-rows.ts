import { and, desc, eq, gte, sql } from 'drizzle-orm';
import type { Features } from '../../contracts/model.ts';
import type { ModelRows } from '../../ports/state/model.ts';
import type { Queries } from './connection.ts';
import { findingRevisions, findings } from './schema.ts';
import { modelScores } from './schema-model.ts';

/** What versions say of findings, and what findings are made of. */
export function scoreRows(queries: Queries): Pick<ModelRows, 'addScores' | 'scores' | 'inputs'> {
  return {
    async addScores(scores) {
      if (scores.length === 0) return;
      const rows = scores.map(({ tenant, version, finding, champion, ...rest }) => ({
        ...rest,
        tenantId: tenant,
        versionId: version,
        findingId: finding,
        championId: champion,
      }));
      await queries.insert(modelScores).values(rows).onConflictDoNothing();
    },
    async scores(tenant, version, champion, limit) {
      const rows = await queries
        .selectDistinctOn([modelScores.findingId])
        .from(modelScores)
        .where(
          and(
            eq(modelScores.tenantId, tenant),
            eq(modelScores.versionId, version),
            eq(modelScores.championId, champion),
          ),
        )
        .orderBy(modelScores.findingId, desc(modelScores.revision));
      return rows
        .map(({ tenantId, versionId, findingId, championId, ...row }) => ({
          ...row,
          tenant: tenantId,
          version: versionId,
          finding: findingId,
          champion: championId,
        }))
        .toSorted((a, b) => b.at - a.at)
        .slice(0, limit);
    },
    async inputs(tenant, since, limit) {
      const features = sql<Features | null>`${findingRevisions.document}->'features'`;
      const rows = await queries
        .select({ at: findings.visibleAt, features })
        .from(findings)
        .innerJoin(
          findingRevisions,
          and(
            eq(findingRevisions.tenantId, findings.tenantId),
            eq(findingRevisions.findingId, findings.id),
            eq(findingRevisions.revision, findings.revision),
          ),
        )
        .where(and(eq(findings.tenantId, tenant), gte(findings.visibleAt, since)))
        .orderBy(desc(findings.visibleAt), findings.id)
        .limit(limit);
      return rows.flatMap((row) => (row.features === null ? [] : [{ at: row.at, features: row.features }]));
    },
  };
}
