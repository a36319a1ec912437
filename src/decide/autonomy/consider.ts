import type { AutonomyClass, Consideration, Grant } from '../../contracts/grant.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';
import { demoteWhereChanged } from './cases.ts';
import { SYSTEM } from './change.ts';
import { wouldDo } from './class-rules.ts';
import { demandNotStopped, preparedClosure, putInForce } from './closing.ts';
import { reasonsForPerson } from './narrow.ts';
import type { AutonomyParts, PlannedAction } from './parts.ts';
import { traitsOf } from './traits.ts';

/** A finding that changed within this time is still growing, and growing ones are for people to watch. */
export const QUIET_MS = 30 * 60_000;

/**
 * Considers one finding under a class's grant, in one transaction that takes the finding first and then the class. What becomes of it is
 * on record with its reasons; null where there is nothing to consider: it is not open, not of the class, still growing, or nothing may act.
 */
export async function consider(
  tx: StateTx,
  parts: AutonomyParts,
  tenant: string,
  key: string,
  id: string,
  plan: PlannedAction | null = null,
): Promise<Consideration['outcome'] | null> {
  const stored = await tx.findings.get(tenant, id, true);
  const now = parts.clock.now();
  if (stored === null || stored.finding.id !== id || stored.status !== 'open' || now - stored.updatedAt < QUIET_MS)
    return null;
  const each = await tx.autonomy.class(tenant, key, true);
  if (each === null || each.grant === null || !wouldDo(each.subject, stored.finding) || !parts.mayAct(tenant, key))
    return null;
  const grant = await tx.autonomy.grant(tenant, each.grant);
  if (grant === null || grant.expiresAt <= now) return null;
  const { versions } = await traitsOf(tx, stored.finding);
  if (await demoteWhereChanged(tx, parts, tenant, key, versions)) return null;

  const acts = each.subject.does === 'act';
  const why = [
    ...(await reasonsForPerson(tx, parts, each, grant, stored)),
    ...(acts && plan === null ? ['nothing in it can be acted on'] : []),
  ];
  const outcome = why.length > 0 ? 'person' : outcomeOf(each, grant);
  await tx.autonomy.addConsideration({
    tenant,
    finding: id,
    revision: stored.finding.revision,
    key,
    grant: grant.id,
    outcome,
    why: why.length > 0 ? why : [saidOf(outcome, grant)],
    at: now,
  });
  if (outcome !== 'person') await (plan === null ? close(tx, parts, each, grant, stored) : act(tx, each, grant, plan));
  return outcome;
}

function outcomeOf({ subject }: AutonomyClass, { level }: Grant): Consideration['outcome'] {
  if (subject.does === 'act') return 'proposed';
  return level === 4 ? 'closed' : 'waiting';
}

function saidOf(outcome: Consideration['outcome'], { signedBy }: Grant): string {
  return outcome === 'waiting'
    ? `prepared under the grant that ${signedBy.name} signed; a person's word is awaited`
    : `done under the grant that ${signedBy.name} signed`;
}

/** Below level 4 a person approves it as any other action. */
async function act(tx: StateTx, { tenant, key }: AutonomyClass, grant: Grant, plan: PlannedAction): Promise<void> {
  await (grant.level === 4 ? plan.runUnderGrant(tx, grant) : plan.propose(tx, grant));
  await demandNotStopped(tx, tenant, key);
}

async function close(
  tx: StateTx,
  parts: AutonomyParts,
  each: AutonomyClass,
  grant: Grant,
  stored: StoredFinding,
): Promise<void> {
  const { tenant, key } = each;
  const closure = await preparedClosure(tx, parts, each, grant, stored);
  if (grant.level === 4) {
    await putInForce(tx, parts, closure, true);
    return;
  }
  await tx.ledger.append(tenant, {
    actor: { kind: 'ai', id: SYSTEM.id, version: grant.id },
    onBehalfOf: grant.signedBy.id,
    type: 'closure.prepared',
    subject: { kind: 'finding', id: closure.finding, revision: closure.revision },
    payload: { closure: closure.id, class: key, grant: grant.id, level: grant.level, disposition: closure.disposition },
  });
  await tx.autonomy.addClosure(closure);
  await demandNotStopped(tx, tenant, key);
}
