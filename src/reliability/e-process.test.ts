import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesNeeded, cleanCasesNeeded, logE, PROMOTE_AT, upperBound } from './e-process.ts';

/** The definition, by Simpson's rule on 20,000 intervals with the likelihood ratio as the integrand: slow, and nothing shared. */
function byIntegration(target: number, errors: number, cases: number): number {
  const ratio = (q: number): number => {
    if (q === 0) return errors === 0 ? -cases * Math.log1p(-target) : Number.NEGATIVE_INFINITY;
    return errors * Math.log(q / target) + (cases - errors) * (Math.log1p(-q) - Math.log1p(-target));
  };
  const intervals = 20_000;
  const step = target / intervals;
  const logs = Array.from({ length: intervals + 1 }, (_, i) => ratio(i * step));
  const top = Math.max(...logs);
  let sum = 0;
  logs.forEach((value, i) => {
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(value - top);
  });
  return top + Math.log((sum * step) / 3 / target);
}

const target = fc.constantFrom(0.01, 0.02, 0.05, 0.2);
const record = fc
  .nat({ max: 3000 })
  .chain((cases) => fc.tuple(fc.nat({ max: cases }), fc.constant(cases)))
  .map(([errors, cases]) => ({ errors, cases }));
/** Records near the target, where decisions fall. */
const close = fc
  .tuple(fc.nat({ max: 40 }), fc.nat({ max: 6000 }))
  .map(([errors, clean]) => ({ errors, cases: errors + clean }));

describe('the evidence', () => {
  it('is the integral of its definition', () => {
    fc.assert(
      fc.property(target, fc.oneof(record, close), (p0, { errors, cases }) => {
        const slow = byIntegration(p0, errors, cases);
        expect(Math.abs(logE(p0, errors, cases) - slow)).toBeLessThan(1e-5 * Math.max(1, Math.abs(slow)));
      }),
      { numRuns: 150 },
    );
  });

  it('is finite far out on either side, where plain doubles overflow or vanish', () => {
    expect(logE(0.05, 0, 1_000_000)).toBeCloseTo(-1_000_000 * Math.log(0.95) - Math.log(0.05 * 1_000_001), 3);
    // All wrong: E = 1/p0 * p0^(n+1)/(n+1) / p0^n = 1/(n+1).
    expect(logE(0.01, 100_000, 100_000)).toBeCloseTo(-Math.log(100_001), 9);
    expect(logE(0.01, 0, 0)).toBeCloseTo(0, 12);
  });

  it.each([0.01, 0.05, 0.2])('has a mean of at most 1 at or above the target %d, at each number of cases', (p0) => {
    for (const rate of [p0, p0 * 1.01, p0 * 1.5, p0 * 3, 0.7, 1]) {
      for (const cases of [1, 2, 7, 40]) {
        let mean = 0;
        let ways = 1;
        for (let errors = 0; errors <= cases; errors++) {
          mean += ways * rate ** errors * (1 - rate) ** (cases - errors) * Math.exp(logE(p0, errors, cases));
          ways *= (cases - errors) / (errors + 1);
        }
        expect(mean).toBeLessThanOrEqual(1 + 1e-9);
        if (rate === p0) expect(mean).toBeCloseTo(1, 9);
      }
    }
  });

  it('falls on average from every state, at every rate at or above the target', () => {
    fc.assert(
      fc.property(target, close, fc.double({ min: 0, max: 1, noNaN: true }), (p0, { errors, cases }, above) => {
        const rate = p0 + above * (1 - p0);
        const now = logE(p0, errors, cases);
        const wrong = Math.exp(logE(p0, errors + 1, cases + 1) - now);
        const clean = Math.exp(logE(p0, errors, cases + 1) - now);
        expect(rate * wrong + (1 - rate) * clean).toBeLessThanOrEqual(1 + 1e-8);
        expect(wrong).toBeLessThan(1);
        expect(clean).toBeGreaterThan(1);
      }),
    );
  });

  it('needs 449, 224 and 88 clean cases at 1, 2 and 5 %', () => {
    expect([0.01, 0.02, 0.05].map(cleanCasesNeeded)).toEqual([449, 224, 88]);
  });

  it('needs as many cases as it says and no fewer', () => {
    fc.assert(
      fc.property(target, fc.nat({ max: 60 }), (p0, errors) => {
        const needed = casesNeeded(p0, errors);
        expect(Math.exp(logE(p0, errors, needed))).toBeGreaterThanOrEqual(PROMOTE_AT);
        expect(Math.exp(logE(p0, errors, needed - 1))).toBeLessThan(PROMOTE_AT);
      }),
    );
  });

  it('bounds the rate by the target at which the record is just promoted', () => {
    fc.assert(
      fc.property(close, ({ errors, cases }) => {
        const bound = upperBound(errors, cases);
        if (bound === 1) return;
        expect(bound).toBeGreaterThan(errors / cases);
        expect(logE(bound, errors, cases)).toBeCloseTo(Math.log(PROMOTE_AT), 3);
        // No lower target is reached, every higher one is: the bound and the decision cannot disagree.
        for (const part of [0.2, 0.5, 0.9, 0.999]) {
          expect(logE(bound * part, errors, cases)).toBeLessThan(Math.log(PROMOTE_AT));
          expect(logE(bound + (1 - bound) * (1 - part), errors, cases)).toBeGreaterThan(Math.log(PROMOTE_AT));
        }
      }),
    );
    expect(upperBound(0, 449)).toBeLessThan(0.01);
    expect(upperBound(0, 448)).toBeGreaterThan(0.01);
    expect(upperBound(0, 0)).toBe(1);
  });

  it('names counts and rates that are none', () => {
    expect(() => logE(0.01, 3, 2)).toThrow(expect.objectContaining({ code: 'RELIABILITY_COUNTS' }));
    expect(() => logE(1, 0, 2)).toThrow(expect.objectContaining({ code: 'RELIABILITY_RATE' }));
    expect(() => casesNeeded(0.01, 1.5)).toThrow(/1.5 of 1.5/);
  });
});
