import type { Level } from '../contracts/detection.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Wait } from '../ports/state/review.ts';

const MINUTE = 60_000;

/** When a finding must be determined. Times are epoch ms. */
export interface Deadline {
  readonly dueAt: number;
  /** Since when it waits on the customer; null where it does not. */
  readonly pausedSince: number | null;
  /** Past due, and not waiting on anybody else. */
  readonly late: boolean;
}

/**
 * Visible + the tenant's minutes for that severity + all the time it waited on the customer; while it waits, the deadline moves along
 * with `now`. `severity` is the one that readers are shown: a deadline must not tell what is withheld.
 */
export function deadlineOf(
  within: Policy['determineWithin'],
  { visibleAt, severity, waits }: { visibleAt: number; severity: Level; waits: readonly Wait[] },
  now: number,
): Deadline {
  const waited = waits.reduce((sum, { from, until }) => sum + Math.max(0, (until ?? now) - from), 0);
  const dueAt = visibleAt + within[severity] * MINUTE + waited;
  const pausedSince = waits.find(({ until }) => until === null)?.from ?? null;
  return { dueAt, pausedSince, late: pausedSince === null && now > dueAt };
}
