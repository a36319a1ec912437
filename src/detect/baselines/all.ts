import type { MakeBaseline } from './baseline.ts';
import { makeUnusualHours } from './unusual-hours.ts';
import { makeVolume } from './volume.ts';

/** Every baseline there is, in the order they are asked. */
export const all: readonly MakeBaseline[] = [makeVolume, makeUnusualHours];
