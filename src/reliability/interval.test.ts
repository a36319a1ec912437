import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactInterval, lowerLimit, upperLimit } from './interval.ts';

/** P(X >= events) of a binomial, summed term by term. */
function atLeast(events: number, cases: number, share: number): number {
  if (share === 0) return events === 0 ? 1 : 0;
  if (share === 1) return 1;
  let log = cases * Math.log1p(-share);
  let sum = events === 0 ? Math.exp(log) : 0;
  for (let k = 0; k < cases; k++) {
    log += Math.log((cases - k) / (k + 1)) + Math.log(share) - Math.log1p(-share);
    if (k + 1 >= events) sum += Math.exp(log);
  }
  return sum;
}

const record = fc
  .integer({ min: 1, max: 400 })
  .chain((cases) => fc.tuple(fc.nat({ max: cases }), fc.constant(cases)))
  .map(([events, cases]) => ({ events, cases }));

describe('exact limits', () => {
  it('leave exactly the stated chance in each binomial tail', () => {
    fc.assert(
      fc.property(record, fc.constantFrom(0.9, 0.95, 0.99), ({ events, cases }, confidence) => {
        const low = lowerLimit(events, cases, confidence);
        const high = upperLimit(events, cases, confidence);
        if (events > 0) expect(atLeast(events, cases, low)).toBeCloseTo(1 - confidence, 7);
        else expect(low).toBe(0);
        if (events < cases) expect(1 - atLeast(events + 1, cases, high)).toBeCloseTo(1 - confidence, 7);
        else expect(high).toBe(1);
      }),
    );
  });

  it('are, two-sided, the one-sided ones at half the error each', () => {
    expect(exactInterval(3, 80)).toEqual({ low: lowerLimit(3, 80, 0.975), high: upperLimit(3, 80, 0.975) });
    expect(exactInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });
});
