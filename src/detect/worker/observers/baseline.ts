import type { Detector, Level } from '../../../contracts/detection.ts';

/** Edition of the methods in this folder: what a record and a grant are bound to. */
export const baselineVersion = '1';

export function baseline(name: string, title: string, level: Level, falsePositives: readonly string[]): Detector {
  return {
    kind: 'baseline',
    id: `baseline:${name}`,
    version: baselineVersion,
    title,
    level,
    techniques: [],
    tactics: [],
    falsePositives: [...falsePositives],
  };
}

/** Minutes since the epoch as people read them. */
export function isoMinute(minute: number): string {
  return `${new Date(minute * 60_000).toISOString().slice(0, 16)}Z`;
}
