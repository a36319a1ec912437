import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../sample/random.ts';
import { CUSUM, cusumStart, cusumStep, demotes, expectedReviews } from './cusum.ts';

function reviewsUntilDemotion(rate: number, random: Random): number {
  let state = cusumStart;
  for (let reviews = 1; ; reviews++) {
    state = cusumStep(state, random.chance(rate));
    if (demotes(state)) return reviews;
  }
}

/** The same mean from a chain on a grid fine enough that a fall is 70 cells, solved by iteration. */
function byGrid(rate: number): number {
  const fall = 70;
  const width = Math.log((1 - CUSUM.good) / (1 - CUSUM.bad)) / fall;
  const rise = Math.round(Math.log(CUSUM.bad / CUSUM.good) / width);
  const cells = Math.ceil(CUSUM.limit / width);
  const mean = new Float64Array(cells + rise + 1);
  for (let change = 1; change > 1e-7; ) {
    change = 0;
    for (let at = 0; at < cells; at++) {
      const next = 1 + rate * (mean[at + rise] ?? 0) + (1 - rate) * (mean[Math.max(0, at - fall)] ?? 0);
      change = Math.max(change, Math.abs(next - (mean[at] ?? 0)));
      mean[at] = next;
    }
  }
  return mean[0] ?? Number.NaN;
}

describe('the watch', () => {
  it('adds log-likelihoods and never falls below zero', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (outcomes) => {
        let state = cusumStart;
        let least = 0;
        let walk = 0;
        for (const isError of outcomes) {
          state = cusumStep(state, isError);
          walk += isError ? Math.log(0.03 / 0.005) : Math.log(0.97 / 0.995);
          least = Math.min(least, walk);
        }
        // Page's identity: the sum held at zero is the free walk less its lowest point.
        expect(state).toBeCloseTo(walk - least, 9);
      }),
    );
  });

  it('demotes at the third error close together and forgives lone ones', () => {
    const demotedBy = (...outcomes: boolean[]) => demotes(outcomes.reduce(cusumStep, cusumStart));
    expect(demotedBy(true, true)).toBe(false);
    expect(demotedBy(true, true, true)).toBe(true);
    const clean = Array<boolean>(71).fill(false);
    expect(demotedBy(true, ...clean, true, ...clean, true, ...clean, true)).toBe(false);
  });

  it.each([0.02, 0.03, 0.1, 0.5, 1 - 1e-9])('needs as many reviews at %d as the exact mean says', (rate) => {
    const runs = 20_000;
    const random = new Random(`watch at ${rate}`);
    let sum = 0;
    let squares = 0;
    for (let run = 0; run < runs; run++) {
      const reviews = reviewsUntilDemotion(rate, random);
      sum += reviews;
      squares += reviews ** 2;
    }
    const mean = sum / runs;
    const error = Math.sqrt((squares / runs - mean ** 2) / runs);
    expect(Math.abs(mean - expectedReviews(rate))).toBeLessThan(4.5 * error + 1e-6);
  });

  it.each([0.01, 0.03, 0.1])('agrees at %d with a chain solved on a grid', (rate) => {
    expect(Math.abs(expectedReviews(rate) / byGrid(rate) - 1)).toBeLessThan(0.002);
  });

  it('catches 3 % within 200 reviews and 10 % within 40, and leaves good classes alone', () => {
    expect(expectedReviews(0.03)).toBeLessThan(200);
    expect(expectedReviews(0.1)).toBeLessThan(40);
    expect(expectedReviews(0.001)).toBeGreaterThan(500_000);
  });
});
