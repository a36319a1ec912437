import type { Estimate } from '../../contracts/learning.ts';
import { seeded } from '../../kernel/seeded.ts';

const RESAMPLES = 1_000;

/**
 * A weighted mean with its 95 % percentile bootstrap interval (Efron & Tibshirani 1993, 13.3). Of paired differences it is the paired
 * bootstrap. The draws are the same each time, so that a figure does not change while somebody looks at it.
 */
export function bootstrapMean(
  values: readonly { readonly value: number; readonly weight: number }[],
  resamples = RESAMPLES,
): Estimate {
  const mean = (at: (i: number) => number): number => {
    let [sum, total] = [0, 0];
    for (let i = 0; i < values.length; i += 1) {
      const one = values[at(i)];
      if (one === undefined) continue;
      sum += one.weight * one.value;
      total += one.weight;
    }
    return total === 0 ? 0 : sum / total;
  };
  const random = seeded(values.length + 1);
  const means = Float64Array.from({ length: resamples }, () => mean(() => Math.floor(random() * values.length))).sort();
  return {
    value: mean((i) => i),
    low: means[Math.floor(0.025 * (resamples - 1))] ?? 0,
    high: means[Math.ceil(0.975 * (resamples - 1))] ?? 0,
  };
}

/** A rate a day from a count, with Byar's limits of a Poisson mean (Breslow & Day 1987, 2.3). */
export function perDay(count: number, days: number): Estimate {
  const span = Math.max(days, 1);
  const low = count === 0 ? 0 : count * (1 - 1 / (9 * count) - 1.96 / (3 * Math.sqrt(count))) ** 3;
  const next = count + 1;
  const high = next * (1 - 1 / (9 * next) + 1.96 / (3 * Math.sqrt(next))) ** 3;
  return { value: count / span, low: low / span, high: high / span };
}
