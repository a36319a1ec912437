import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import { checkCounts, checkRate } from './counts.ts';

/** A share with the limits that its data leave it. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Exact limits of a share from `events` in `cases` independent cases, by C. Clopper and E. Pearson, Biometrika 26 (1934) 404, from quantiles
 * of the beta distribution: each side is wrong with a probability of at most (1 - confidence) / 2, whatever the true share. Not valid under repeated
 * looking: it describes, `logE` decides. No cases: 0 to 1.
 */
export function exactInterval(events: number, cases: number, confidence = 0.95): Interval {
  const side = 1 - (1 - confidence) / 2;
  return { low: lowerLimit(events, cases, side), high: upperLimit(events, cases, side) };
}

/** The one-sided lower limit: the share lies below it with a probability of at most 1 - confidence. */
export function lowerLimit(events: number, cases: number, confidence = 0.95): number {
  checkCounts(events, cases);
  return lowerLimitOf(events, cases, confidence);
}

/** The one-sided upper limit: the share lies above it with a probability of at most 1 - confidence. */
export function upperLimit(events: number, cases: number, confidence = 0.95): number {
  checkCounts(events, cases);
  return upperLimitOf(events, cases, confidence);
}

/** The same for counts that weighting has made fractional (Korn and Graubard); `review-rate.ts` says when. */
export function weightedInterval(events: number, cases: number, confidence = 0.95): Interval {
  const side = 1 - (1 - confidence) / 2;
  return { low: lowerLimitOf(events, cases, side), high: upperLimitOf(events, cases, side) };
}

function lowerLimitOf(events: number, cases: number, confidence: number): number {
  checkRate(confidence, 'confidence');
  return events === 0 ? 0 : betaQuantile(1 - confidence, events, cases - events + 1);
}

function upperLimitOf(events: number, cases: number, confidence: number): number {
  checkRate(confidence, 'confidence');
  return events === cases ? 1 : betaQuantile(confidence, events + 1, cases - events);
}
