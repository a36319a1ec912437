import { and, eq, sql } from 'drizzle-orm';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Queries } from './connection.ts';
import { findings } from './schema.ts';

/** Merges of merges of merges; far past what happens, and a bound on a loop that should not exist. */
const MAX_MERGES = 32;

/** The finding that `id` leads to: itself, or what it was merged into, followed to the end. */
export async function canonicalFindingId(queries: Queries, tenant: string, id: string): Promise<string> {
  const { rows } = await queries.execute<{ id: string }>(sql`
    WITH RECURSIVE merged (id, hops) AS (
      SELECT ${id}::text, 0
      UNION ALL
      SELECT a.finding_id, hops + 1 FROM merged
      JOIN finding_aliases a ON a.tenant_id = ${tenant} AND a.id = merged.id
      WHERE hops < ${MAX_MERGES}
    )
    SELECT id FROM merged ORDER BY hops DESC LIMIT 1`);
  return rows[0]?.id ?? id;
}

/** Everything that was merged into `id`, however many merges ago. */
export async function swallowedFindings(queries: Queries, tenant: string, id: string): Promise<readonly string[]> {
  const { rows } = await queries.execute<{ id: string }>(sql`
    WITH RECURSIVE swallowed (id, hops) AS (
      SELECT a.id, 1 FROM finding_aliases a WHERE a.tenant_id = ${tenant} AND a.finding_id = ${id}
      UNION ALL
      SELECT a.id, hops + 1 FROM swallowed
      JOIN finding_aliases a ON a.tenant_id = ${tenant} AND a.finding_id = swallowed.id
      WHERE hops < ${MAX_MERGES}
    )
    SELECT id FROM swallowed ORDER BY hops, id`);
  return rows.map((row) => row.id);
}

/**
 * The finding that `id` leads to, locked until the transaction ends. Looked up again once locked: a merge may have
 * committed while this waited.
 */
export async function lockCanonical(queries: Queries, tenant: string, id: string): Promise<string> {
  let canonical = await canonicalFindingId(queries, tenant, id);
  for (let hop = 0; hop < MAX_MERGES; hop++) {
    await lockFinding(queries, tenant, canonical);
    const now = await canonicalFindingId(queries, tenant, id);
    if (now === canonical) break;
    canonical = now;
  }
  return canonical;
}

/** Locks the finding until the transaction ends; its revision, or null where there is none. */
export async function lockFinding(queries: Queries, tenant: string, id: string): Promise<number | null> {
  const rows = await queries
    .select({ revision: findings.revision })
    .from(findings)
    .where(and(eq(findings.tenantId, tenant), eq(findings.id, id)))
    .for('update');
  return rows[0]?.revision ?? null;
}

/** Same, where the finding must exist. Throws `STATE_UNKNOWN_FINDING`. */
export async function lockKnownFinding(queries: Queries, tenant: string, id: string): Promise<number> {
  const revision = await lockFinding(queries, tenant, id);
  if (revision !== null) return revision;
  throw new BridgewatchError('STATE_UNKNOWN_FINDING', `There is no finding ${id} in tenant ${tenant}`, 404);
}
