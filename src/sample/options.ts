import { BridgewatchError } from '../kernel/errors.ts';

/** What to generate; everything has a default. */
export interface SampleOptions {
  /** Whole days, 1 to 366; 1 by default. */
  readonly days?: number;
  /** People in the company, 10 to 2,000; 60 by default. */
  readonly people?: number;
  /** Workstations, 1 to 2,000; one a person by default. Servers come on top. */
  readonly hosts?: number;
  /** An integer, 0 or more; 1 by default. */
  readonly seed?: number;
  /** Whether the three intrusions take place; true by default. Decoys always do. */
  readonly attack?: boolean;
  /** First day, `YYYY-MM-DD`; a Tuesday by default. */
  readonly start?: string;
}

export interface ReadOptions {
  readonly days: number;
  readonly people: number;
  readonly hosts: number;
  readonly seed: number;
  readonly attack: boolean;
  readonly start: number;
}

const defaultStart = '2026-03-10';

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new BridgewatchError(
    'SAMPLE_OPTION_INVALID',
    `${name} is ${value}; give a whole number from ${least} to ${most}`,
    400,
  );
}

/** Checks options and fills in defaults. Throws `SAMPLE_OPTION_INVALID`. */
export function readOptions(options: SampleOptions): ReadOptions {
  const people = whole('people', options.people ?? 60, 10, 2000);
  const text = options.start ?? defaultStart;
  const start = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(start)) {
    throw new BridgewatchError(
      'SAMPLE_OPTION_INVALID',
      `start is ${JSON.stringify(text)}; give a date such as ${defaultStart}`,
      400,
    );
  }
  return {
    people,
    start,
    days: whole('days', options.days ?? 1, 1, 366),
    hosts: whole('hosts', options.hosts ?? people, 1, 2000),
    seed: whole('seed', options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER),
    attack: options.attack ?? true,
  };
}
