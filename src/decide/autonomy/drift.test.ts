import fc from 'fast-check';
import { expect, test } from 'vitest';
import { driftOf } from './drift.ts';

/** Draws a week from a mix, by a generator that a seed fixes. */
function week(mix: readonly (readonly [string, number])[], n: number, seed: number) {
  let state = seed >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const findings = Array.from({ length: n }, () => {
    let at = next();
    for (const [id, share] of mix) {
      at -= share;
      if (at < 0) return [id];
    }
    return [mix[0]?.[0] ?? ''];
  });
  return { findings, unknownEntities: 0 };
}

const mix = [
  ['a', 0.6],
  ['b', 0.3],
  ['c', 0.1],
] as const;
const record = { mix: Object.fromEntries(mix), cases: 449 };

test('an unchanged mix raises no alarm', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 0, max: 400 }), (seed, n) => {
      expect(driftOf(record, week(mix, n, seed))).toBeNull();
    }),
    { numRuns: 1000 },
  );
});

test('a detector that takes over is said by name', () => {
  expect(driftOf(record, week([['z', 1]], 100, 7))).toMatch(/differ from the record by 100 %, z most/);
});

test('below 20 findings a week says nothing; at 20 half of them with unknown entities is still in order', () => {
  expect(driftOf(record, { ...week(mix, 19, 3), unknownEntities: 19 })).toBeNull();
  expect(driftOf(record, { ...week(mix, 20, 3), unknownEntities: 10 })).toBeNull();
  expect(driftOf(record, { ...week(mix, 20, 3), unknownEntities: 11 })).toContain('11 of the last week');
});

test('an empty record and an empty week say nothing', () => {
  expect(driftOf({ mix: {}, cases: 0 }, week(mix, 50, 1))).toBeNull();
  expect(driftOf(record, { findings: [], unknownEntities: 0 })).toBeNull();
});
