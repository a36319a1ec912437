import type { AutonomyClass, By, CauseOfChange, Closure } from '../../contracts/grant.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { canaryHold } from './canary.ts';
import { moveClass } from './change.ts';
import { isWrong } from './class-rules.ts';
import { endClosure, reopenClosed } from './closure-end.ts';
import type { AutonomyParts } from './parts.ts';

/** Far more than a class closes between two demotions. */
const MOST_CLOSURES = 20_000;

export interface Demotion {
  readonly cause: CauseOfChange;
  readonly said: string;
  /** Null where the system demotes. */
  readonly by: By | null;
  /** When the first closure known to be wrong was made; left out where none is. */
  readonly errorAt?: number;
}

/**
 * Causes that speak against the record itself: it is kept and shown, and counting begins anew. After the others the record stands, and a
 * lead may sign again on it.
 */
const beginsAnew: ReadonlySet<CauseOfChange> = new Set(['watch', 'miss', 'canary', 'versions', 'drift']);

/**
 * Takes a class back to shadow, in the caller's transaction: ends its grant, lets what was waiting lapse, and opens for review what ran in the
 * affected window. False where the class has nothing to lose: it is at 0, or in shadow and its record stands.
 *
 * The window begins with the last closure that a blind review found right before the first one known to be wrong, or with the first grant on this record. What a
 * review found right since is left.
 */
export async function demote(
  tx: StateTx,
  parts: AutonomyParts,
  tenant: string,
  key: string,
  demotion: Demotion,
): Promise<boolean> {
  const { cause, said, by } = demotion;
  const known = await tx.autonomy.class(tenant, key);
  if (known === null || known.level === 0) return false;
  if (known.grant !== null) await lockFindings(tx, known);
  const each = await tx.autonomy.class(tenant, key, true);
  if (each === null || each.level === 0 || (each.grant === null && !beginsAnew.has(cause))) return false;

  const now = parts.clock.now();
  const grant = each.grant === null ? null : await tx.autonomy.grant(tenant, each.grant);
  const { since, reopen, waiting } = grant === null ? nothing : await affected(tx, each, demotion.errorAt);
  const anew = beginsAnew.has(cause);
  const lowered: AutonomyClass = {
    ...each,
    level: 1,
    grant: null,
    cusum: 0,
    updatedAt: now,
    versions: { ...parts.versions(each.family, tenant), detectors: anew ? {} : (each.versions?.detectors ?? {}) },
    ...(anew ? { epoch: each.epoch + 1, epochSince: now } : {}),
  };
  await moveClass(tx, each.level, lowered, {
    cause,
    said,
    by,
    payload: { endedGrant: grant?.id ?? null, windowSince: since, reopened: reopen.map(({ finding }) => finding) },
  });
  if (grant !== null) await tx.autonomy.endGrant(tenant, grant.id, now, said);
  for (const closure of waiting) await endClosure(tx, closure, 'lapsed', { why: said, by, at: now });
  for (const closure of reopen)
    await reopenClosed(tx, closure, `${said}: what ran under the grant is looked at again`, by, now);
  return true;
}

const nothing = { since: null, reopen: [], waiting: [] } as const;

/** Findings before the class, as whoever decides on one takes them: in one order for all. */
async function lockFindings(tx: StateTx, each: AutonomyClass): Promise<void> {
  const { closures } = await ranUnder(tx, each);
  const ids = closures.filter(({ state }) => state === 'closed' || state === 'waiting').map(({ finding }) => finding);
  for (const id of [...new Set(ids)].sort()) await tx.findings.get(each.tenant, id, true);
}

/** What ran on the record of this epoch: under the grant at hand, and under lower ones that it took the place of. */
async function ranUnder(tx: StateTx, { tenant, key, epoch }: AutonomyClass) {
  const grants = (await tx.autonomy.grantsOf(tenant, key)).filter((grant) => grant.epoch === epoch);
  const ids = new Set(grants.map(({ id }) => id));
  const all = await tx.autonomy.closures(tenant, { key }, MOST_CLOSURES);
  return {
    begun: Math.min(...grants.map(({ signedAt }) => signedAt)),
    closures: all.filter(({ grant }) => ids.has(grant)),
  };
}

async function affected(tx: StateTx, each: AutonomyClass, errorAt: number | undefined) {
  const { tenant, subject } = each;
  const { begun, closures } = await ranUnder(tx, each);
  const wrong = closures.filter(({ reviewedAs }) => reviewedAs !== null && isWrong(subject, reviewedAs));
  const firstError = Math.min(errorAt ?? Infinity, ...wrong.map(({ closedAt }) => closedAt ?? Infinity));
  const right = closures.filter(({ reviewedAs }) => reviewedAs !== null && !isWrong(subject, reviewedAs));
  const before = right.map(({ closedAt }) => closedAt ?? 0).filter((at) => at < firstError);
  const since = Math.max(begun, ...before);
  const reopen: Closure[] = [];
  for (const closure of closures) {
    const { state, closedAt, finding } = closure;
    if (state !== 'closed' || (closedAt ?? 0) < since || right.includes(closure)) continue;
    // A planted threat that was told is nobody's work any more.
    if ((await canaryHold(tx, tenant, finding)) !== 'unmasked') reopen.push(closure);
  }
  return { since, reopen, waiting: closures.filter(({ state }) => state === 'waiting') };
}
