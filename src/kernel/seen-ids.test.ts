import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../kernel/ids.ts';
import { SeenIds } from './seen-ids.ts';

test('agrees with a plain set, through its growth', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40_000), { minLength: 1000, maxLength: 30_000 }), (numbers) => {
      const seen = new SeenIds();
      const plain = new Set<string>();
      for (const number of numbers) {
        const id = sha256(String(number)).slice(0, 32);
        expect(seen.add(id)).toBe(!plain.has(id));
        plain.add(id);
      }
      expect(seen.size).toBe(plain.size);
    }),
    { numRuns: 10 },
  );
});

test('knows ids of zeros', () => {
  const seen = new SeenIds();
  expect(seen.add('0'.repeat(32))).toBe(true);
  expect(seen.add('0'.repeat(32))).toBe(false);
});
