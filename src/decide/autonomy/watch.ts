import type { AutonomyClass, CauseOfChange, Grant } from '../../contracts/grant.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { demoteWhereChanged } from './cases.ts';
import { type Demotion, demote } from './demote.ts';
import { driftOf } from './drift.ts';
import { isLead } from './lead.ts';
import type { AutonomyParts } from './parts.ts';

const WEEK = 7 * 86_400_000;

/**
 * Looks whether a class may keep what it has, and demotes it where not: another version, a signer who is no lead any more, an overdue review, a source
 * that fell silent, input that is not that of the record, or the end of its term. Says the cause, or null.
 */
export async function keepHonest(
  parts: AutonomyParts,
  tenant: string,
  key: string,
  thorough: boolean,
): Promise<CauseOfChange | null> {
  const { store } = parts;
  const found = await store.withTenants([tenant], async (tx) => {
    if (await demoteWhereChanged(tx, parts, tenant, key)) return 'versions' as const;
    const each = await tx.autonomy.class(tenant, key);
    const grant = each?.grant == null ? null : await tx.autonomy.grant(tenant, each.grant);
    return each === null || grant === null ? null : { each, grant };
  });
  if (found === null || found === 'versions') return found;
  const { each, grant } = found;
  // Outside the transaction: who is a lead and which sources speak is asked of others.
  const outside = (await signerGone(parts, grant)) ?? (await silence(parts, grant));
  return store.withTenants([tenant], async (tx) => {
    const demotion = outside ?? (await inside(tx, parts, each, grant, thorough));
    if (demotion === null) return null;
    return (await demote(tx, parts, tenant, key, demotion)) ? demotion.cause : null;
  });
}

async function signerGone({ store }: AutonomyParts, { tenant, signedBy }: Grant): Promise<Demotion | null> {
  if (await isLead(store, tenant, signedBy.id)) return null;
  return { cause: 'signer', said: 'Whoever signed for it is no lead any more', by: null };
}

async function silence(parts: AutonomyParts, { tenant, coverage }: Grant): Promise<Demotion | null> {
  const silent = await parts.silentSources(tenant, coverage.sources, parts.clock.now());
  if (silent.length === 0) return null;
  return { cause: 'silence', said: `Nothing comes from ${silent.slice(0, 5).join(', ')} any more`, by: null };
}

async function inside(
  tx: StateTx,
  parts: AutonomyParts,
  each: AutonomyClass,
  grant: Grant,
  thorough: boolean,
): Promise<Demotion | null> {
  const now = parts.clock.now();
  if (now >= grant.expiresAt) return { cause: 'expired', said: 'Its grant has expired', by: null };
  const overdue = await tx.autonomy.reviewsOverdue(each.tenant, each.key, each.epoch, now);
  if (overdue > 0) return { cause: 'overdue', said: `${overdue} blind reviews are overdue`, by: null };
  if (!thorough) return null;
  const recent = await tx.autonomy.recent(each.tenant, each, now - WEEK);
  const known = new Set(grant.coverage.entities);
  const drift = driftOf(
    { mix: grant.figures.detectorMix, cases: grant.figures.cases },
    {
      findings: recent.map(({ detectors }) => Object.keys(detectors)),
      unknownEntities: recent.filter(({ entities }) => entities.some((entity) => !known.has(entity))).length,
    },
  );
  return drift === null ? null : { cause: 'drift', said: `Its input has changed: ${drift}`, by: null };
}
