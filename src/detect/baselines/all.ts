import type { MakeBaseline } from './baseline.ts';

/** Every baseline there is, in the order they are asked. */
export const all: readonly MakeBaseline[] = [];
