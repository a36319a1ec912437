import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawBelow } from './draw-below.ts';

const population = fc
  .array(fc.double({ min: 1e-6, max: 0.9, noNaN: true }), { minLength: 1, maxLength: 60 })
  .map((all) => all.map((probability, n) => ({ id: `b${n}`, probability })));
const start = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

describe('a draw from below the line', () => {
  it('takes as many as it is asked for, each once, with a share from 0 to 1', () => {
    fc.assert(
      fc.property(population, fc.integer({ min: 0, max: 20 }), start, (all, count, at) => {
        const drawn = drawBelow(all, count, at);
        // The last of a sum of shares may miss the whole number by a rounding.
        expect(Math.abs(drawn.length - Math.min(count, all.length))).toBeLessThanOrEqual(at > 1 - 1e-9 ? 1 : 0);
        expect(new Set(drawn.map(({ id }) => id)).size).toBe(drawn.length);
        for (const { share } of drawn) expect(share > 0 && share <= 1).toBe(true);
      }),
    );
  });

  it('draws each with the probability that it says: over all starts, 1 / share adds up to the population', () => {
    const all = [0.001, 0.01, 0.02, 0.03, 0.035, 0.3, 0.6].map((probability, n) => ({ id: `b${n}`, probability }));
    const starts = 20_000;
    const times = new Map<string, { drawn: number; share: number }>();
    let estimated = 0;
    for (let n = 0; n < starts; n += 1) {
      for (const { id, share } of drawBelow(all, 2, (n + 0.5) / starts)) {
        times.set(id, { drawn: (times.get(id)?.drawn ?? 0) + 1, share });
        estimated += 1 / share;
      }
    }
    for (const { id } of all) {
      const seen = times.get(id);
      expect(seen).toBeDefined();
      expect((seen?.drawn ?? 0) / starts).toBeCloseTo(seen?.share ?? 0, 3);
    }
    expect(estimated / starts).toBeCloseTo(all.length, 2);
    expect((times.get('b6')?.share ?? 0) > (times.get('b0')?.share ?? 0)).toBe(true);
  });

  it('takes all where there are no more than are asked for', () => {
    const all = [
      { id: 'a', probability: 0.01 },
      { id: 'b', probability: 0.02 },
    ];
    expect(drawBelow(all, 5, 0.9)).toEqual([
      { id: 'a', share: 1 },
      { id: 'b', share: 1 },
    ]);
  });
});
