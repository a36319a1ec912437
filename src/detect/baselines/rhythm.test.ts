import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { IntervalRings } from './interval-rings.ts';
import { keyHash } from './key-hash.ts';
import { rhythmOf } from './rhythm.ts';

const rings = new IntervalRings(4096);
let pairs = 0;

/** p of a pair that calls after each of these waits (seconds). */
function heard(beats: number, wait: () => number): number {
  pairs += 1;
  const row = rings.take(keyHash(1, `pair ${pairs}`));
  let at = 1_750_000_000;
  for (let beat = 0; beat < beats; beat += 1) {
    at += wait();
    rings.beat(row, at * 1000);
  }
  return rhythmOf(rings.sorted(row)).p;
}

const without: Readonly<Record<string, (chance: Chance, scale: number) => number>> = {
  'Poisson calls': (chance, scale) => chance.exponential(scale),
  'gamma intervals of shape 2': (chance, scale) => chance.exponential(scale) + chance.exponential(scale),
  'log-normal intervals of sigma 0.7': (chance, scale) => scale * Math.exp(0.7 * chance.normal()),
  'bursts of a person, with long pauses': (chance, scale) =>
    chance.is(0.1) ? chance.exponential(1800) : chance.exponential(scale / 10),
  'log-uniform from seconds to hours': (chance) => 5 * 2000 ** chance.next(),
};

describe('rhythm', () => {
  it.each(Object.entries(without))('is found in %s no more often than p says', (_, wait) => {
    const chance = new Chance(11);
    const n = 4000;
    const found = { '0.05': 0, '0.001': 0 };
    for (let run = 0; run < n; run += 1) {
      const scale = 10 * 100 ** chance.next();
      const p = heard(20 + chance.below(120), () => wait(chance, scale));
      if (p < 0.05) found['0.05'] += 1;
      if (p < 0.001) found['0.001'] += 1;
    }
    expect(found['0.05']).toBeLessThanOrEqual(0.05 * n);
    expect(found['0.001']).toBeLessThanOrEqual(0.001 * n);
  });

  it.each([
    { jitter: 0, missed: 0, extra: 0, beats: 24 },
    { jitter: 0.3, missed: 0, extra: 0, beats: 24 },
    { jitter: 0.3, missed: 0.1, extra: 0, beats: 40 },
    { jitter: 0.2, missed: 0.2, extra: 0, beats: 120 },
    { jitter: 0.3, missed: 0.05, extra: 0.15, beats: 120 },
  ])('is found with jitter $jitter, $missed of beats missed, $extra calls between, after $beats beats', (given) => {
    const chance = new Chance(5);
    let found = 0;
    for (let run = 0; run < 200; run += 1) {
      const period = 30 * 100 ** chance.next();
      let rest = 0;
      const p = heard(given.beats, () => {
        if (rest > 0) {
          const left = rest;
          rest = 0;
          return left;
        }
        let wait = period * (1 + given.jitter * (2 * chance.next() - 1));
        while (chance.is(given.missed)) wait += period * (1 + given.jitter * (2 * chance.next() - 1));
        if (!chance.is(given.extra)) return wait;
        const first = wait * chance.next();
        rest = wait - first;
        return first;
      });
      if (p < 1e-4) found += 1;
    }
    expect(found).toBeGreaterThanOrEqual(190);
  });
});
