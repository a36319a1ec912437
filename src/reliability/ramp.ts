import { CUSUM, type CusumState } from './cusum.ts';
import { evidenceRequirement } from './promotion.ts';
import { count, percent, type Readiness, readiness } from './requirement.ts';

/** Shares of a class's findings that its grant runs on, step by step; the rest stays with people, blind. */
export const EXPOSURES = [0.1, 0.5, 1] as const;
export type Exposure = (typeof EXPOSURES)[number];

/**
 * New counted cases before the next step. 59 without an error exclude a rate of 5 % at 95 % confidence on their own, so a class that turned bad
 * with its grant is seen although its old record is long.
 */
export const CASES_A_STEP = 59;

/** Half-way to demotion the class waits: it neither loses what it has nor gets more. */
export const WAITS_AT = CUSUM.limit / 2;

export interface RampFacts {
  readonly exposure: Exposure;
  readonly target: number;
  /** The whole record: before the grant, blind cases of the share not exposed, and blind reviews of what ran. */
  readonly errors: number;
  readonly cases: number;
  /** Of these, counted since the present step began. */
  readonly casesThisStep: number;
  readonly cusum: CusumState;
}

export interface RampStep extends Readiness {
  /** The exposure that may be taken next; null at the last. */
  readonly next: Exposure | null;
}

/** Whether a grant may go on to its next exposure: the whole record holds, it has grown, and the watch is quiet. Steps are never skipped. */
export function rampStep(facts: RampFacts): RampStep {
  const next = EXPOSURES[EXPOSURES.indexOf(facts.exposure) + 1] ?? null;
  const missing = CASES_A_STEP - facts.casesThisStep;
  const grown = count(facts.casesThisStep, 'case');
  const at = `at ${percent(facts.exposure)} exposure`;
  const quiet = facts.cusum < WAITS_AT;
  const height = `The watch stands at ${facts.cusum.toFixed(1)} of ${CUSUM.limit}`;
  const stand = readiness([
    evidenceRequirement(facts.target, facts.errors, facts.cases),
    {
      name: 'new-cases',
      met: missing <= 0,
      said: missing <= 0 ? `${grown} counted ${at}.` : `${grown} counted ${at}; ${missing} more are needed.`,
    },
    { name: 'watch', met: quiet, said: quiet ? `${height}.` : `${height}; it must fall below ${WAITS_AT}.` },
  ]);
  return { ...stand, ready: stand.ready && next !== null, next };
}
