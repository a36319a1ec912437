import { BridgewatchError } from '../kernel/errors.ts';

/** The share of wrong closures a class may have at most, by what an error would do: 1 % high, 2 % medium, 5 % low. */
export const TARGETS = { high: 0.01, medium: 0.02, low: 0.05 } as const;
export type ErrorImpact = keyof typeof TARGETS;

/** Throws `RELIABILITY_COUNTS` unless both are whole, not negative, and events <= cases. */
export function checkCounts(events: number, cases: number): void {
  if (!Number.isSafeInteger(events) || !Number.isSafeInteger(cases) || events < 0 || events > cases) {
    throw new BridgewatchError(
      'RELIABILITY_COUNTS',
      `${events} of ${cases}: give whole numbers, 0 <= count <= cases`,
      400,
    );
  }
}

/** Throws `RELIABILITY_RATE` unless the rate lies strictly between 0 and 1. */
export function checkRate(rate: number, name: string): void {
  if (!(rate > 0 && rate < 1)) {
    throw new BridgewatchError('RELIABILITY_RATE', `the ${name} ${rate} is none: give a share between 0 and 1`, 400);
  }
}
