import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedReviews } from './cusum.ts';
import { exactInterval } from './interval.ts';
import { type Review, reviewedRate } from './review-rate.ts';
import { reviewPlan } from './sampling.ts';

describe('the share to review', () => {
  it('catches a class that turned bad within 14 days on average, with about 63 reviews a week', () => {
    const { share, reviewsPerWeek, expectedDays, inTime } = reviewPlan(1000);
    expect(reviewsPerWeek).toBeGreaterThan(62);
    expect(reviewsPerWeek).toBeLessThan(65);
    expect(share).toBeCloseTo(reviewsPerWeek / 1000, 12);
    expect(expectedDays).toBeCloseTo(14, 9);
    expect(inTime).toBe(true);
  });

  it('is all of a smaller class, with the delay that leaves', () => {
    expect(reviewPlan(20)).toMatchObject({ share: 1, reviewsPerWeek: 20, inTime: false });
    expect(reviewPlan(20).expectedDays).toBeCloseTo((expectedReviews(0.03) / 20) * 7, 9);
    expect(reviewPlan(0)).toMatchObject({ share: 1, expectedDays: Number.POSITIVE_INFINITY, inTime: false });
    expect(() => reviewPlan(-1)).toThrow(/-1 closures a week/);
  });
});

describe('the error rate from reviews', () => {
  const closure = fc.record({ isError: fc.boolean(), drawnWith: fc.constantFrom(0.1, 0.25, 0.5, 1) });

  it('is unbiased: over every possible draw its mean is the true rate', () => {
    fc.assert(
      fc.property(fc.array(closure, { minLength: 1, maxLength: 9 }), (closures) => {
        let mean = 0;
        for (let draw = 0; draw < 2 ** closures.length; draw++) {
          const reviews: Review[] = [];
          let chance = 1;
          closures.forEach((each, n) => {
            const drawn = (draw >> n) % 2 === 1;
            chance *= drawn ? each.drawnWith : 1 - each.drawnWith;
            if (drawn) reviews.push(each);
          });
          mean += chance * (reviewedRate(reviews, closures.length).rate ?? 0);
        }
        expect(mean).toBeCloseTo(closures.filter(({ isError }) => isError).length / closures.length, 9);
      }),
    );
  });

  it('has the exact interval where all were drawn with one probability', () => {
    const reviews = Array.from({ length: 200 }, (_, n) => ({ isError: n < 3, drawnWith: 0.2 }));
    const { interval, rate } = reviewedRate(reviews, 1000);
    const exact = exactInterval(3, 200);
    expect(rate).toBeCloseTo(0.015, 12);
    expect(interval.low).toBeCloseTo(exact.low, 9);
    expect(interval.high).toBeCloseTo(exact.high, 9);
  });

  it('is wider where the same reviews weigh unequally', () => {
    const even = Array.from({ length: 200 }, () => ({ isError: false, drawnWith: 0.2 }));
    const uneven = even.map((each, n) => ({ ...each, drawnWith: n % 2 === 0 ? 0.05 : 0.9 }));
    expect(reviewedRate(uneven, 3000).interval.high).toBeGreaterThan(reviewedRate(even, 3000).interval.high);
  });

  it('knows nothing without a review, and refuses what cannot be', () => {
    expect(reviewedRate([], 40)).toMatchObject({ rate: 0, interval: { low: 0, high: 1 } });
    expect(reviewedRate([], 0).rate).toBeNull();
    expect(() => reviewedRate([{ isError: false, drawnWith: 0 }], 4)).toThrow(/probability 0/);
    expect(() => reviewedRate([{ isError: false, drawnWith: 1 }], 0)).toThrow(/0 closures with 1 reviews/);
  });
});
