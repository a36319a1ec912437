import { randomFrom } from './telemetry.ts';

/** Seeded chance for simulations: the same lives every time. */
export function chance(seed: number) {
  const next = randomFrom(seed);
  return {
    /** In [0, 1). */
    next,
    /** A whole number from 0 to `limit` - 1. */
    below: (limit: number): number => Math.floor(next() * limit),
  };
}
