import { describe, expect, it } from 'vitest';
import { Dice } from '../../../test/support/dice.ts';
import { ExactRhythm } from '../../../test/support/exact-rhythm.ts';
import { countTail } from './count-tail.ts';
import { HourlyCounts } from './hourly-counts.ts';
import { keyHash } from './key-hash.ts';
import { decode, ditherOf, encode } from './log-code.ts';

const SATURDAY = 5;
/** A Monday, hours since the epoch. */
const START = Date.UTC(2026, 0, 5) / 3_600_000;

const habits: Record<string, (hour: number) => number> = {
  'office hours': (hour) =>
    Math.floor(hour / 24) % 7 < SATURDAY && hour % 24 >= 8 && hour % 24 < 18 ? 300 + 40 * Math.sin(hour) : 2,
  'day and night': (hour) => 80 + 30 * Math.sin((2 * Math.PI * hour) / 24),
  'a job each night': (hour) => (hour % 24 === 3 ? 5000 : 20),
  'a job each Sunday': (hour) => (hour % 168 === 6 * 24 + 3 ? 3000 : 30),
  'hardly anything': () => 0.2,
};

describe('a compact rhythm against an exact one', () => {
  for (const [name, habit] of Object.entries(habits)) {
    it(`finds what the exact one finds: ${name}`, () => {
      const dice = new Dice(name.length);
      const counts = new HourlyCounts(1000);
      const exact = new ExactRhythm();
      let [hours, off, both, onlyExact, onlyCompact] = [0, 0, 0, 0, 0];
      for (let hour = 0; hour < 7 * 168; hour += 1) {
        const count = dice.count(habit(hour), 0.2);
        const slot = counts.take(keyHash(1, name), START + hour);
        // Sampled: the exact one is slow.
        if (hour >= 5 * 168 && hour % 5 === 0) {
          const compact = counts.expected(slot);
          const { mean, spread } = exact.expected();
          hours += 1;
          off += Math.abs(Math.log2((compact.mean + 1) / (mean + 1)));
          for (const times of [6, 12]) {
            const burst = Math.round(10 + times * habit(hour));
            const byExact = countTail(burst, mean, spread) < 1e-4;
            const byCompact = countTail(burst, compact.mean, compact.spread) < 1e-4;
            if (byExact && byCompact) both += 1;
            else if (byExact) onlyExact += 1;
            else if (byCompact) onlyCompact += 1;
          }
        }
        counts.add(slot, count);
        exact.learn(count);
      }
      process.stdout.write(
        `${name}: mean off by a factor of ${(2 ** (off / hours)).toFixed(2)}; bursts found by both ${both}, by the exact one alone ${onlyExact}, by the compact one alone ${onlyCompact}\n`,
      );
      expect(2 ** (off / hours)).toBeLessThan(1.8);
      expect(both / Math.max(1, both + onlyExact)).toBeGreaterThan(0.7);
    });
  }

  it('rounds so that the mean is right', () => {
    for (const value of [0.001, 0.3, 1, 17.3, 4000, 900_000]) {
      let sum = 0;
      for (let at = 0; at < 20_000; at += 1) sum += decode(encode(value, ditherOf(at, 7)));
      expect(Math.abs(sum / 20_000 / value - 1)).toBeLessThan(value < 0.004 ? 0.05 : 0.002);
    }
    expect(encode(0, 0.5)).toBe(0);
    expect(encode(1e12, 0.5)).toBe(255);
  });

  it('has the tail that summing up gives', () => {
    for (const [mean, spread] of [
      [3, 0.5],
      [40, 0.15],
      [0.2, 4],
    ] as const) {
      const size = 1 / spread;
      const q = mean / (mean + size);
      let mass = (1 - q) ** size;
      let below = 0;
      for (let count = 0; count < 30; count += 1) {
        expect(countTail(count, mean, spread)).toBeCloseTo(1 - below, 9);
        below += mass;
        mass *= ((count + size) / (count + 1)) * q;
      }
    }
  });
});
