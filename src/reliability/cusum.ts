import { checkRate } from './counts.ts';

/**
 * The watch over a class that runs: a Bernoulli CUSUM on its blind reviews, in the order in which they are decided. Each review adds the logarithm of how
 * much likelier its outcome is at 3 % errors than at 0.5 %; the sum never falls below zero and demotes at 4. Three errors
 * close together are enough; lone errors are forgotten after about seventy clean reviews.
 * Sources: E. S. Page, Biometrika 41 (1954) 100; M. Reynolds and Z. Stoumbos, J. Quality Technology 31 (1999) 87.
 */
export const CUSUM = { good: 0.005, bad: 0.03, limit: 4 } as const;

const rise = Math.log(CUSUM.bad / CUSUM.good);
const fall = Math.log((1 - CUSUM.good) / (1 - CUSUM.bad));

/** The sum, in natural log-likelihood; it is all there is to keep. */
export type CusumState = number;

export const cusumStart: CusumState = 0;

export function cusumStep(state: CusumState, isError: boolean): CusumState {
  return isError ? state + rise : Math.max(0, state - fall);
}

export function demotes(state: CusumState): boolean {
  return state >= CUSUM.limit;
}

/** A run this long within the limits has a probability that no double holds. */
const MOST_ERRORS = 200;

/**
 * Expected reviews from the start to demotion where each review errs with this probability. Exact: until the sum returns to zero it is
 * i rises less j falls, and (i, j) only grow, so the mean from each such state is a + b times the mean from the start, found backwards.
 * Errors: `RELIABILITY_RATE`.
 */
export function expectedReviews(rate: number): number {
  checkRate(rate, 'error rate');
  const falls = Math.ceil(((MOST_ERRORS + 1) * rise) / fall) + 1;
  let a = new Float64Array(falls + 1);
  let b = new Float64Array(falls + 1);
  for (let errors = MOST_ERRORS; errors >= 1; errors--) {
    const nextA = new Float64Array(falls + 1);
    const nextB = new Float64Array(falls + 1);
    for (let clean = Math.min(falls, Math.ceil((errors * rise) / fall)); clean >= 0; clean--) {
      const sum = errors * rise - clean * fall;
      if (sum >= CUSUM.limit) break;
      if (sum <= 0) {
        nextB[clean] = 1;
        continue;
      }
      nextA[clean] = 1 + rate * (a[clean] ?? 0) + (1 - rate) * (nextA[clean + 1] ?? 0);
      nextB[clean] = rate * (b[clean] ?? 0) + (1 - rate) * (nextB[clean + 1] ?? 0);
    }
    a = nextA;
    b = nextB;
  }
  // From the start: 1 + rate * (a + b * mean) + (1 - rate) * mean.
  return (1 / rate + (a[0] ?? 0)) / (1 - (b[0] ?? 0));
}
