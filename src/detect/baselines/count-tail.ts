import betainc from '@stdlib/math-base-special-betainc';

/** What is too small to be told from 0 is still no impossibility. */
const SMALLEST = 1e-300;

/**
 * P(X >= count) of a negative binomial: a Poisson count whose rate itself varies as a gamma variable does, so that
 * Var X = mean + spread * mean^2. As the regularised incomplete beta function I_q(count, 1/spread) at q = mean * spread / (1 + mean * spread)
 * (Johnson, Kemp, Kotz: Univariate Discrete Distributions, 3rd ed., 5.31).
 *
 * @param spread above 0
 */
export function countTail(count: number, mean: number, spread: number): number {
  if (count <= 0) return 1;
  if (mean <= 0) return SMALLEST;
  const size = 1 / spread;
  return Math.min(1, Math.max(SMALLEST, betainc(mean / (mean + size), count, size)));
}
