import { keyHash } from './key-hash.ts';

/** Bins of a sketch. */
export const BINS = 16;

/**
 * Sketch of a set by one-permutation hashing (Li, Owen and Zhang 2012): an item's hash names a bin and a value, each bin keeps its least
 * value. 0 is an empty bin. The share of filled bins that agree estimates the sets' Jaccard similarity; its standard error is 0.125 at
 * most.
 */
export function itemMark(seed: number, item: string): { bin: number; value: number } {
  const { high, low } = keyHash(seed, item);
  return { bin: low & (BINS - 1), value: 1 + (high % 65_534) };
}

/** In [0, 1]; 0 where neither holds anything. */
export function likeness(one: (bin: number) => number, other: (bin: number) => number): number {
  let filled = 0;
  let same = 0;
  for (let bin = 0; bin < BINS; bin += 1) {
    const [a, b] = [one(bin), other(bin)];
    if (a === 0 && b === 0) continue;
    filled += 1;
    if (a === b) same += 1;
  }
  return filled === 0 ? 0 : same / filled;
}
