import { expect, test } from 'vitest';
import { bytes } from './bytes.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_949, '99.9 kB'],
  [99_950, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [3.2e15, '3.2 PB'],
  [5e18, '5000 PB'],
])('%d is %s', (n, text) => {
  expect(bytes(n)).toBe(text);
});
