import { binomialTail } from './tails.ts';

/** A jitter of 30 % either way around the middle, and a little for the clock: the longest fitting interval over the shortest. */
const SPREAD = 1.33 / 0.67;
/**
 * Share of the intervals of somebody without a rhythm that can fit one such span. Calls at random (Poisson) reach 0.25 at most; gamma
 * intervals of shape 2, and log-normal ones of sigma 0.7, as people's pace within a task, 0.39.
 */
const WITHOUT = 0.4;
/** Seconds. Shorter than three times what is taken for one beat, the gap that this leaves would look like a rhythm. */
const SHORTEST = 15;

export interface Rhythm {
  /** How often calls without a rhythm would seem to have this much of one. */
  readonly p: number;
  /** Seconds between beats: the median of the fitting ones. */
  readonly period: number;
  /** Half the middle 80 % of fitting intervals over the period, 0 to about 0.33. */
  readonly jitter: number;
  readonly fitting: number;
  readonly intervals: number;
}

/**
 * How much of a rhythm there is in intervals (seconds, shortest first): the largest number of them within one span of about +-30 %. A
 * missed beat or an extra call spoils one interval or two, not the rest; jitter adds up over time, so phase (Rayleigh's test, a
 * periodogram) is lost after some ten beats, as intervals are not. RITA scores the same intervals by their skew and spread (MAD); a
 * count has a null distribution. p is an upper bound for any renewal process that puts at most 40 % into one span: over every interval
 * as the shortest of the span, n P(Binomial(n-1, 0.4) >= k-1) (union bound of the scan statistic).
 */
export function rhythmOf(sorted: Uint16Array): Rhythm {
  const n = sorted.length;
  let best = 0;
  let from = 0;
  for (let low = 0, high = 0; low < n; low += 1) {
    const shortest = sorted[low] ?? 0;
    if (shortest < SHORTEST) continue;
    if (high < low) high = low;
    while (high < n && (sorted[high] ?? 0) <= shortest * SPREAD) high += 1;
    if (high - low > best) [best, from] = [high - low, low];
  }
  const period = sorted[from + (best >> 1)] ?? 0;
  const middle = (sorted[from + Math.floor(best * 0.9)] ?? period) - (sorted[from + Math.floor(best * 0.1)] ?? period);
  return {
    p: best === 0 ? 1 : Math.min(1, n * binomialTail(n - 1, WITHOUT, best - 1)),
    period,
    jitter: period === 0 ? 0 : middle / 2 / period,
    fitting: best,
    intervals: n,
  };
}
