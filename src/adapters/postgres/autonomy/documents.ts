import type { ClassSubject } from '../../../contracts/autonomy.ts';
import { ClassSubject as Subject } from '../../../contracts/autonomy.ts';
import type { AutomationStop, AutonomyCase, AutonomyClass, By, Closure, Grant } from '../../../contracts/grant.ts';
import type { automationStops, autonomyCases, autonomyClasses, autonomyGrants, closures } from '../schema-autonomy.ts';

/** A person from two columns. */
function person(id: string | null, name: string | null): By | null {
  return id === null ? null : { id, name: name ?? '' };
}

function subjectOf(does: ClassSubject['does'], what: string): ClassSubject {
  return Subject.parse(does === 'close' ? { does, disposition: what } : { does, kind: what });
}

export function classOf(row: typeof autonomyClasses.$inferSelect): AutonomyClass {
  const { tenantId, does, what, grantId, grantActive: _, ...rest } = row;
  return { ...rest, tenant: tenantId, subject: subjectOf(does, what), grant: grantId };
}

export function caseOf(row: typeof autonomyCases.$inferSelect): AutonomyCase {
  const { tenantId, findingId, fromKind, byId, byName, ...rest } = row;
  return { ...rest, tenant: tenantId, finding: findingId, from: fromKind, by: { id: byId, name: byName } };
}

export function grantOf(row: typeof autonomyGrants.$inferSelect): Grant {
  const { tenantId, classKey, signedById, signedByName, active: _, ...rest } = row;
  return { ...rest, tenant: tenantId, key: classKey, signedBy: { id: signedById, name: signedByName } };
}

export function stopOf(row: typeof automationStops.$inferSelect): AutomationStop {
  const { tenantId, byId, byName, liftedById, liftedByName, ...rest } = row;
  return {
    ...rest,
    tenant: tenantId,
    by: { id: byId, name: byName },
    liftedBy: person(liftedById, liftedByName),
  };
}

/** What of a closure moves. */
export function standing(closure: Closure) {
  const { state, openedBy, windowEndsAt, approvedBy, closedAt, sampled, reviewTask, reviewDueAt, reviewedAs } = closure;
  return {
    state,
    openedById: openedBy?.id ?? null,
    openedByName: openedBy?.name ?? null,
    windowEndsAt,
    approvedById: approvedBy?.id ?? null,
    approvedByName: approvedBy?.name ?? null,
    closedAt,
    sampled,
    reviewTask,
    reviewDueAt,
    reviewedAs,
    endedAt: closure.endedAt,
    endedWhy: closure.endedWhy,
    endedById: closure.endedBy?.id ?? null,
    endedByName: closure.endedBy?.name ?? null,
  };
}

export function closureRow(closure: Closure): typeof closures.$inferInsert {
  const { tenant, id, finding, revision, key, grant, level, signedBy, disposition, at, share } = closure;
  return {
    tenantId: tenant,
    id,
    findingId: finding,
    revision,
    key,
    grantId: grant,
    level,
    signedById: signedBy.id,
    signedByName: signedBy.name,
    disposition,
    at,
    share,
    ...standing(closure),
  };
}

export function closureOf(row: typeof closures.$inferSelect): Closure {
  return {
    tenant: row.tenantId,
    id: row.id,
    finding: row.findingId,
    revision: row.revision,
    key: row.key,
    grant: row.grantId,
    level: row.level,
    signedBy: { id: row.signedById, name: row.signedByName },
    disposition: row.disposition,
    state: row.state,
    at: row.at,
    openedBy: person(row.openedById, row.openedByName),
    windowEndsAt: row.windowEndsAt,
    approvedBy: person(row.approvedById, row.approvedByName),
    closedAt: row.closedAt,
    share: row.share,
    sampled: row.sampled,
    reviewTask: row.reviewTask,
    reviewDueAt: row.reviewDueAt,
    reviewedAs: row.reviewedAs,
    endedAt: row.endedAt,
    endedWhy: row.endedWhy,
    endedBy: person(row.endedById, row.endedByName),
  };
}
