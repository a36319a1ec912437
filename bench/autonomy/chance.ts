import type { Random } from '../../src/sample/random.ts';

/** Clean cases before the next error, where each case errs with this probability. */
export function cleanRun(random: Random, rate: number): number {
  return Math.floor(Math.log(1 - random.float()) / Math.log1p(-rate));
}

/**
 * One entity's error rate where entities differ: beta-distributed with this mean and intra-class correlation, a + b = 1/icc - 1. By M. Jöhnk's
 * method, Metrika 8 (1964) 5, which takes the tiny shapes that a low mean and a high correlation give.
 */
export function entityRate(random: Random, mean: number, icc: number): number {
  if (icc === 0) return mean;
  const total = 1 / icc - 1;
  for (;;) {
    const x = random.float() ** (1 / (mean * total));
    const y = random.float() ** (1 / ((1 - mean) * total));
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}

/** Draws 0 .. n-1 with probabilities in proportion to 1, 1/2, 1/3 ...: a few entities bring most findings. */
export function unevenly(n: number): { readonly weights: Float64Array; draw(random: Random): number } {
  const weights = Float64Array.from({ length: n }, (_, i) => 1 / (i + 1));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const ends = new Float64Array(n);
  let end = 0;
  for (let i = 0; i < n; i++) {
    weights[i] = (weights[i] ?? 0) / whole;
    end += weights[i] ?? 0;
    ends[i] = end;
  }
  return {
    weights,
    draw(random) {
      const at = random.float();
      let low = 0;
      let high = n - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (at < (ends[middle] ?? 1)) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}
