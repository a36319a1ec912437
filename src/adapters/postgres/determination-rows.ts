import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Determination } from '../../contracts/determination.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { canonicalFindingId, lockKnownFinding, swallowedFindings } from './finding-identity.ts';
import { setFindingStatus } from './finding-status.ts';
import { determinations, findings, reopenings } from './schema.ts';

/** The determinations of one transaction. Rows are only ever added; which one holds follows from their order. */
export function determinationRows(queries: Queries, changed: NoteChange): StateTx['determinations'] {
  return {
    async append(determination) {
      const { tenant, finding, revision, by, at } = determination;
      const current = await lockKnownFinding(queries, tenant, finding);
      if (current !== revision) {
        throw new BridgewatchError(
          'STATE_STALE_REVISION',
          `The determination is about revision ${revision} of finding ${finding}, which is at revision ${current}; look at that first`,
          409,
        );
      }
      const { id, verdict, reason, note, recommended, blind, confidence, timeSpentMs, evidence, activityStartedAt } =
        determination;
      await queries.insert(determinations).values({
        tenantId: tenant,
        id,
        findingId: finding,
        revision,
        verdict,
        reason,
        note,
        byId: by.id,
        byName: by.name,
        at,
        recommended,
        blind,
        confidence,
        timeSpentMs,
        evidence,
        activityStartedAt,
      });
      await setFindingStatus(queries, changed, { tenant, id: finding, status: 'determined', at });
      changed(tenant, 'determination', id);
    },

    async reopen({ tenant, finding, revision, reason, by, at }) {
      await lockKnownFinding(queries, tenant, finding);
      const [head] = await queries
        .select({ status: findings.status })
        .from(findings)
        .where(and(eq(findings.tenantId, tenant), eq(findings.id, finding)));
      if (head?.status === 'open') {
        throw new BridgewatchError(
          'STATE_NOT_DETERMINED',
          `Finding ${finding} is open already; there is no determination or closure to lift`,
          409,
        );
      }
      await queries.insert(reopenings).values({
        tenantId: tenant,
        findingId: finding,
        revision,
        reason,
        byKind: by.kind,
        byId: by.id,
        byName: by.name,
        at,
      });
      await setFindingStatus(queries, changed, { tenant, id: finding, status: 'open', at });
    },

    async ofFinding(tenant, finding) {
      const id = await canonicalFindingId(queries, tenant, finding);
      const merged = await swallowedFindings(queries, tenant, id);
      const all = await histories(queries, tenant, [id, ...merged]);
      return [...all.values()].flat().toSorted((a, b) => a.at - b.at);
    },
  };
}

/** The determination that holds for each of `ids`; no entry where none does. */
export async function determinationsInForce(
  queries: Queries,
  tenant: string,
  ids: readonly string[],
): Promise<Map<string, Determination>> {
  const inForce = new Map<string, Determination>();
  for (const [id, history] of await histories(queries, tenant, ids)) {
    const last = history.at(-1);
    if (last !== undefined && last.supersededAt === null) inForce.set(id, last);
  }
  return inForce;
}

/** Determinations by finding, oldest first; each superseded at the time of whatever row came next. */
async function histories(
  queries: Queries,
  tenant: string,
  ids: readonly string[],
): Promise<Map<string, Determination[]>> {
  if (ids.length === 0) return new Map();
  const decided = await queries
    .select()
    .from(determinations)
    .where(and(eq(determinations.tenantId, tenant), inArray(determinations.findingId, [...ids])))
    .orderBy(asc(determinations.reviewOrder));
  if (decided.length === 0) return new Map();
  const lifted = await queries
    .select({ findingId: reopenings.findingId, reviewOrder: reopenings.reviewOrder, at: reopenings.at })
    .from(reopenings)
    .where(and(eq(reopenings.tenantId, tenant), inArray(reopenings.findingId, [...ids])));

  const steps = [
    ...decided.map((row) => ({ ...row, determined: row })),
    ...lifted.map((row) => ({ ...row, determined: null })),
  ].toSorted((a, b) => a.reviewOrder - b.reviewOrder);
  const nextAt = new Map<string, number>();
  const newestFirst: Determination[] = [];
  for (const step of steps.toReversed()) {
    if (step.determined !== null) {
      const { id, revision, verdict, reason, note, byId, byName, at, recommended } = step.determined;
      const { blind, confidence, timeSpentMs, evidence, activityStartedAt } = step.determined;
      newestFirst.push({
        id,
        tenant,
        finding: step.findingId,
        revision,
        verdict,
        reason,
        note,
        by: { id: byId, name: byName },
        at,
        recommended,
        blind,
        confidence,
        timeSpentMs,
        evidence,
        activityStartedAt,
        supersededAt: nextAt.get(step.findingId) ?? null,
      });
    }
    nextAt.set(step.findingId, step.at);
  }
  return Map.groupBy(newestFirst.toReversed(), (determination) => determination.finding);
}
