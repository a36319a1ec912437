import type { Check } from '../contracts/action.ts';
import type { Action } from '../contracts/response.ts';
import type { Connector, Run } from '../ports/connector.ts';
import type { Lease } from '../ports/state/response.ts';
import type { StateTx } from '../ports/state-store.ts';
import { enterStep, failed, finished, returned, UNKNOWN_OUTCOME } from './outcome.ts';
import { type CrashPoint, defaultLimits, type ExecutorParts, type Limits } from './parts.ts';
import { isNotReached, isRefusal, told, waitAfter, withinTimeBox } from './retry.ts';

/** How long a planted threat's action waits before it is looked at again, ms. */
const CANARY_WAIT = 60_000;

/** One action in the hands of one executor. Every change is made only while its lease holds. */
interface Hand {
  readonly parts: ExecutorParts;
  readonly limits: Limits;
  /** What carries out new effects; null where what the plan names is switched off or gone. */
  readonly connector: Connector | null;
  /** What looks and undoes: the one the plan names, even where it is switched off by now. */
  readonly past: Connector | null;
  /** A lease from now on: two calls of the connector and some transactions fit into it. */
  readonly lease: () => Lease;
}

export function leaseOf({ clock, holder, limits }: ExecutorParts): Lease {
  const { timeBox } = { ...defaultLimits, ...limits };
  return { holder, until: clock.now() + 2 * timeBox + 60_000 };
}

/**
 * Carries a claimed action as far as it goes now: to its end, or until it has to wait. Each step is an intent on record, the call, and
 * its outcome on record; whoever finds an intent without an outcome looks for the effect before anything else.
 */
export async function carryOut(parts: ExecutorParts, claimed: Action): Promise<void> {
  const found = await parts.connectorFor(claimed.tenant, claimed.kind);
  const connector = found?.id === claimed.plan.connector ? found.connector : null;
  const hand: Hand = {
    parts,
    limits: { ...defaultLimits, ...parts.limits },
    // Another connector than the one in the plan is another plan.
    connector,
    past: connector ?? (await parts.connectorById?.(claimed.tenant, claimed.plan.connector))?.connector ?? null,
    lease: () => leaseOf(parts),
  };
  let action: Action | null = claimed;
  while (action !== null) {
    if (action.step === 'ready') action = await begin(hand, action);
    else if (action.step === 'begun') action = await recover(hand, action);
    else action = await confirm(hand, action);
  }
}

/** Intent, effect, receipt. Null where it ended or waits. */
async function begin(hand: Hand, claimed: Action): Promise<Action | null> {
  const { parts, limits } = hand;
  const connector = connectorOf(hand, claimed);
  const { tenant, id } = claimed;
  crash(parts, 'before intent');
  const begun = await held(hand, tenant, id, async (tx, action) => {
    if (action.state !== 'approved' && action.state !== 'executing') return null;
    if (stopped(parts, action)) return ended(returned(tx, parts, action));
    if (connector === null) {
      return ended(
        failed(tx, parts, action, `Connector ${action.plan.connector} is not set up any more; propose it again`),
      );
    }
    if (await heldBack(tx, hand, action)) return null;
    const now = parts.clock.now();
    const attempt = action.attempt + 1;
    const next: Action = {
      ...action,
      state: 'executing',
      step: 'begun',
      attempt,
      startedAt: action.startedAt ?? now,
      updatedAt: now,
    };
    const key = keyOf(action);
    await enterStep(tx, action, action.phase === 'undo' ? 'action.undoing' : 'action.executing', {
      attempt,
      key,
      arguments: action.plan.arguments,
    });
    await tx.response.note(tenant, id, { phase: action.phase, attempt, event: 'intent', detail: { key }, at: now });
    await tx.response.put(next, hand.lease());
    return next;
  });
  if (begun === null || connector === null) return null;
  crash(parts, 'after intent');
  // Looked at once more with nothing left to wait for: a switch thrown while the intent was written still stops the effect.
  if (stopped(parts, begun)) {
    await held(hand, tenant, id, (tx, action) => ended(returned(tx, parts, action)));
    return null;
  }
  const call = begun.phase === 'undo' ? undo : execute;
  let receipt: Action['receipt'];
  try {
    receipt = { ...(await withinTimeBox(limits.timeBox, (signal) => call(connector, begun, runOf(begun, signal)))) };
  } catch (error) {
    await notDone(hand, begun, error);
    return null;
  }
  crash(parts, 'after effect');
  const done = await held(hand, tenant, id, async (tx, action) => {
    const now = parts.clock.now();
    const next: Action = {
      ...action,
      step: 'done',
      checks: 0,
      updatedAt: now,
      receipt: action.phase === 'undo' ? action.receipt : receipt,
    };
    await enterStep(tx, action, 'action.executed', { attempt: action.attempt, receipt });
    await tx.response.note(tenant, id, { ...runNote(action, now), event: 'receipt', detail: receipt ?? {} });
    await tx.response.put(next, hand.lease());
    return next;
  });
  crash(parts, 'after receipt');
  return done;
}

/** A call that threw. Refused means nothing was done; where it is open what was done, the next look comes after a wait. */
async function notDone(hand: Hand, { tenant, id }: Action, error: unknown): Promise<void> {
  const { parts, limits } = hand;
  const { code, message } = told(error);
  await held(hand, tenant, id, async (tx, action) => {
    const now = parts.clock.now();
    await tx.response.note(tenant, id, { ...runNote(action, now), event: 'error', detail: { code, message } });
    if (isRefusal(error)) return ended(failed(tx, parts, action, `Nothing was done: ${message}`));
    // A system that sets a state is looked at in any case; of one that cannot be, its connector knows what never left.
    const nothing = isNotReached(error) && connectorOf(hand, action)?.repeatable === false;
    if (nothing && action.attempt >= limits.attempts) {
      return ended(failed(tx, parts, action, `Nothing was done in ${triesOf(action)}: ${message}`));
    }
    await enterStep(tx, action, 'action.attempt_failed', {
      attempt: action.attempt,
      code,
      message,
      outcome: nothing ? 'nothing was done' : 'unknown',
    });
    await tx.response.put({
      ...action,
      step: nothing ? 'ready' : 'begun',
      reason: message,
      nextAt: now + waitAfter(id, action.attempt, limits),
      updatedAt: now,
    });
    return null;
  });
}

/** An intent without an outcome: the effect is looked for before anything is done, and done again only where that does no harm. */
async function recover(hand: Hand, interrupted: Action): Promise<Action | null> {
  const { parts, limits } = hand;
  const connector = connectorOf(hand, interrupted);
  const { tenant, id } = interrupted;
  const check = await look(hand, interrupted);
  return held(hand, tenant, id, async (tx, action) => {
    await noteCheck(tx, parts, action, check);
    if (check.outcome === 'yes') return ended(finished(tx, parts, action, check, true));
    const may = connector?.repeatable === true;
    if (!may || action.attempt >= limits.attempts) {
      const why =
        may && check.outcome === 'no'
          ? `Not in effect after ${triesOf(action)}: ${action.reason}`
          : `${UNKNOWN_OUTCOME}. ${check.saw}`;
      return ended(failed(tx, parts, action, why, check));
    }
    const again: Action = { ...action, step: 'ready', check, updatedAt: parts.clock.now() };
    await enterStep(tx, action, 'action.recovered', { check, attempt: action.attempt, decision: 'another try' });
    await tx.response.put(again, hand.lease());
    return again;
  });
}

/** It was done; `verified` is said only when the effect was seen. */
async function confirm(hand: Hand, done: Action): Promise<Action | null> {
  const { parts, limits } = hand;
  const { tenant, id } = done;
  const check = await look(hand, done);
  crash(parts, 'after check');
  const after = await held(hand, tenant, id, async (tx, action) => {
    await noteCheck(tx, parts, action, check);
    if (check.outcome === 'yes') return ended(finished(tx, parts, action, check, false));
    const checks = action.checks + 1;
    if (checks >= limits.checks) {
      const why =
        check.outcome === 'no'
          ? `It was done, and its effect is not there: ${check.saw}`
          : `It was done, and its effect could not be confirmed: a person must look. ${check.saw}`;
      return ended(failed(tx, parts, action, why, check));
    }
    const now = parts.clock.now();
    await tx.response.put({ ...action, checks, check, nextAt: now + waitAfter(id, checks, limits), updatedAt: now });
    return null;
  });
  crash(parts, 'after outcome');
  return after;
}

/** Whether the effect is there, or the state of before is back. A look that fails is `unknown`. */
async function look({ past: connector, limits }: Hand, action: Action): Promise<Check> {
  if (connector === null)
    return { outcome: 'unknown', saw: `Connector ${action.plan.connector} is not set up any more` };
  // The receipt belongs to this phase only once it is done; an interrupted one has none.
  const receipt = action.phase === 'do' && action.step === 'begun' ? null : action.receipt;
  try {
    return await withinTimeBox(limits.timeBox, (signal) => {
      const run = runOf(action, signal);
      return action.phase === 'undo'
        ? connector.verifyUndone(action.plan, receipt, run)
        : connector.verify(action.plan, receipt, run);
    });
  } catch (error) {
    return { outcome: 'unknown', saw: told(error).message };
  }
}

/** The action as it is now, locked, if this executor still has it. */
async function held(
  { parts }: Hand,
  tenant: string,
  id: string,
  work: (tx: StateTx, action: Action) => Promise<Action | null>,
): Promise<Action | null> {
  return parts.store.withTenants([tenant], async (tx) => {
    const action = await tx.response.hold(tenant, id, parts.holder);
    return action === null ? null : work(tx, action);
  });
}

/** A planted known threat is never acted on. Until a person has determined it, nothing tells it from an action that waits. */
async function heldBack(tx: StateTx, { parts }: Hand, action: Action): Promise<boolean> {
  const hold = (await parts.canaryHold?.(tx, action.tenant, action.finding)) ?? 'none';
  if (hold === 'none') return false;
  const now = parts.clock.now();
  if (hold === 'masked') {
    await tx.response.put({ ...action, nextAt: now + CANARY_WAIT, updatedAt: now });
    return true;
  }
  const reason = 'The finding was a planted known threat: nothing was done';
  await enterStep(tx, action, 'action.denied', { reason });
  await tx.response.put({ ...action, state: 'denied', reason, nextAt: null, updatedAt: now });
  return true;
}

/** What people approved or asked to be undone is theirs; what runs under a grant stops with the switch. */
function stopped({ mayAct }: ExecutorParts, { grant, phase, tenant }: Action): boolean {
  return grant !== null && phase === 'do' && !mayAct(tenant, grant.classKey);
}

function connectorOf({ connector, past }: Hand, { phase }: Action): Connector | null {
  return phase === 'undo' ? past : connector;
}

/** One key for all tries of an execution, another for its undo. */
function keyOf({ id, phase }: Action): string {
  return `${id}:${phase}`;
}

function runOf(action: Action, signal: AbortSignal): Run {
  return { key: keyOf(action), attempt: action.attempt, signal };
}

const execute = (connector: Connector, { plan }: Action, run: Run) => connector.execute(plan, run);
const undo = (connector: Connector, { plan, receipt }: Action, run: Run) => connector.undo(plan, receipt, run);

function triesOf({ attempt }: Action): string {
  return `${attempt} ${attempt === 1 ? 'try' : 'tries'}`;
}

function runNote({ phase, attempt }: Action, at: number) {
  return { phase, attempt, at };
}

async function noteCheck(tx: StateTx, { clock }: ExecutorParts, action: Action, check: Check): Promise<void> {
  await tx.response.note(action.tenant, action.id, {
    ...runNote(action, clock.now()),
    event: 'check',
    detail: { ...check },
  });
}

async function ended(outcome: Promise<Action>): Promise<null> {
  await outcome;
  return null;
}

function crash({ crashPoint }: ExecutorParts, name: CrashPoint): void {
  crashPoint?.(name);
}
