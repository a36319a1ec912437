import type { MakeBaseline } from './baseline.ts';
import { makeVolume } from './volume.ts';

/** Every baseline there is, in the order they are asked. */
export const all: readonly MakeBaseline[] = [makeVolume];
