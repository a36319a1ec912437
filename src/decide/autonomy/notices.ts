import type { Closure } from '../../contracts/grant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { Person } from '../person.ts';
import { demandNotStopped, putInForce } from './closing.ts';
import { endClosure } from './closure-end.ts';
import { reasonsForPerson } from './narrow.ts';
import type { AutonomyParts } from './parts.ts';

const MINUTE = 60_000;

/** A person's word on a closure that waits for it. */
export interface Word {
  readonly tenant: string;
  readonly closure: string;
  readonly by: Person;
}

/**
 * A person opens the notice of a level 3 closure. From now on its veto window runs, where that person is on shift; before that, and
 * where they are not, it waits as at level 2. Throws `AUTONOMY_CLOSURE_UNKNOWN` (404) and `AUTONOMY_CLOSURE_OVER` (409).
 */
export async function openNotice(tx: StateTx, parts: AutonomyParts, word: Word): Promise<Closure> {
  const closure = await waitingClosure(tx, word);
  if (closure.level !== 3 || closure.openedBy !== null) return closure;
  const now = parts.clock.now();
  if (!(await onShift(tx, word, now))) return closure;
  const { policy } = await tx.policy.get(word.tenant);
  const opened: Closure = { ...closure, openedBy: by(word), windowEndsAt: now + policy.vetoWindow * MINUTE };
  await record(tx, word, closure, 'closure.notice_opened', { windowEndsAt: opened.windowEndsAt });
  await tx.autonomy.moveClosure(opened);
  return opened;
}

/**
 * On shift: the rota has the person on call or for escalation now. A tenant without a rota has nobody on shift, so that nothing runs there by
 * silence.
 */
async function onShift(tx: StateTx, { tenant, by: { id } }: Word, now: number): Promise<boolean> {
  const shifts = await tx.review.shifts(tenant, now);
  return shifts.some(({ account, startsAt, endsAt }) => account === id && startsAt <= now && now < endsAt);
}

/** A person does not want it: the finding stays open, for people. */
export async function veto(tx: StateTx, parts: AutonomyParts, word: Word, why: string): Promise<Closure> {
  const closure = await waitingClosure(tx, word);
  await record(tx, word, closure, 'closure.vetoed', { why });
  const end = { why, by: by(word), at: parts.clock.now() };
  await endClosure(tx, closure, 'vetoed', end);
  return { ...closure, state: 'vetoed', endedAt: end.at, endedWhy: why, endedBy: end.by };
}

/**
 * A person approves a prepared closure: it is put in force if the finding is as it was and the grant still reaches it. Throws as `openNotice`,
 * `AUTONOMY_CLOSURE_STALE` and `AUTONOMY_STOPPED` (409).
 */
export async function approve(tx: StateTx, parts: AutonomyParts, word: Word): Promise<Closure> {
  const closure = await waitingClosure(tx, word);
  await demandNotStopped(tx, word.tenant, closure.key);
  const hindrance = await hindranceOf(tx, parts, closure);
  if (hindrance !== null) {
    throw new BridgewatchError(
      'AUTONOMY_CLOSURE_STALE',
      `closure "${closure.id}" does not hold any more: ${hindrance}; decide on the finding yourself`,
      409,
    );
  }
  await record(tx, word, closure, 'closure.approved', {});
  await putInForce(tx, parts, { ...closure, approvedBy: by(word) }, false);
  return (await tx.autonomy.closure(word.tenant, closure.id)) ?? closure;
}

/** The window of a level 3 closure has passed without a veto. In force where it still holds, else it lapses. */
export async function windowPassed(tx: StateTx, parts: AutonomyParts, tenant: string, id: string): Promise<boolean> {
  const known = await tx.autonomy.closure(tenant, id);
  if (known === null) return false;
  await tx.findings.get(tenant, known.finding, true);
  const now = parts.clock.now();
  if ((await tx.autonomy.class(tenant, known.key, true)) === null) return false;
  const closure = await tx.autonomy.closure(tenant, id, true);
  if (closure === null || closure.state !== 'waiting' || closure.windowEndsAt === null || closure.windowEndsAt > now)
    return false;
  if (!parts.mayAct(tenant, closure.key)) return false;
  const hindrance = await hindranceOf(tx, parts, closure);
  if (hindrance === null) await putInForce(tx, parts, closure, false);
  else await endClosure(tx, closure, 'lapsed', { why: hindrance, by: null, at: now });
  return hindrance === null;
}

/** The closure while it waits, with its finding and class locked in that order. */
async function waitingClosure(tx: StateTx, { tenant, closure: id }: Word): Promise<Closure> {
  const known = await tx.autonomy.closure(tenant, id);
  if (known === null)
    throw new BridgewatchError(
      'AUTONOMY_CLOSURE_UNKNOWN',
      `no closure "${id}" in this tenant; ids come from the notices`,
      404,
    );
  await tx.findings.get(tenant, known.finding, true);
  await tx.autonomy.class(tenant, known.key, true);
  const closure = await tx.autonomy.closure(tenant, id, true);
  if (closure?.state === 'waiting') return closure;
  throw new BridgewatchError(
    'AUTONOMY_CLOSURE_OVER',
    `closure "${id}" is ${closure?.state}; nothing waits for a word on it`,
    409,
  );
}

/** Why a prepared closure may not come into force; null where nothing hinders it. */
async function hindranceOf(tx: StateTx, parts: AutonomyParts, closure: Closure): Promise<string | null> {
  const { tenant, finding, revision, key } = closure;
  const stored = await tx.findings.get(tenant, finding);
  if (stored === null || stored.status !== 'open') return 'the finding is not open any more';
  if (stored.finding.id !== finding || stored.finding.revision !== revision) return 'the finding has changed';
  const each = await tx.autonomy.class(tenant, key);
  const grant = await tx.autonomy.grant(tenant, closure.grant);
  if (each === null || grant === null || each.grant !== grant.id || grant.expiresAt <= parts.clock.now())
    return 'its grant has ended';
  const [reason] = await reasonsForPerson(tx, parts, each, grant, stored);
  return reason ?? null;
}

async function record(
  tx: StateTx,
  word: Word,
  closure: Closure,
  type: string,
  payload: Record<string, unknown>,
): Promise<void> {
  await tx.ledger.append(word.tenant, {
    actor: { kind: 'human', id: word.by.id, version: '' },
    onBehalfOf: null,
    type,
    subject: { kind: 'finding', id: closure.finding, revision: closure.revision },
    payload: { closure: closure.id, by: by(word), ...payload },
  });
}

function by({ by: { id, name } }: Word) {
  return { id, name };
}
