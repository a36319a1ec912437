import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundToSum } from './rounded-sum.ts';

describe('roundToSum', () => {
  it('prints a column that adds up where rounding each term would not', () => {
    const rounded = roundToSum([0.334, 0.334, 0.334], 2);
    expect(rounded.total).toBe(1);
    expect(rounded.terms.reduce((sum, term) => sum + term, 0)).toBeCloseTo(1, 9);
  });

  it('adds up exactly and stays within one unit of each term', () => {
    const term = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(fc.array(term, { maxLength: 60 }), (terms) => {
        const rounded = roundToSum(terms, 2);
        const cents = rounded.terms.reduce((sum, value) => sum + Math.round(value * 100), 0);
        expect(cents).toBe(Math.round(rounded.total * 100));
        rounded.terms.forEach((value, place) => {
          expect(Math.abs(value - (terms[place] ?? Number.NaN))).toBeLessThanOrEqual(0.01 + 1e-9);
        });
      }),
    );
  });
});
