import { BridgewatchError } from '../kernel/errors.ts';
import type { QueryLimits } from '../ports/lake.ts';

/** What one question may take unless it says less, and at most. A request of the API ends after a minute. */
export const huntLimits = {
  rows: { usual: 200, most: 10_000 },
  milliseconds: { usual: 20_000, most: 50_000 },
  memoryMb: 512,
} as const;

/** Limits of a question. Throws `HUNT_LIMIT` for what nobody may have. */
export function limitsOf(wish: { readonly rows?: number; readonly milliseconds?: number } = {}): QueryLimits {
  return {
    rows: within('rows', wish.rows, huntLimits.rows),
    milliseconds: within('milliseconds', wish.milliseconds, huntLimits.milliseconds),
    memoryMb: huntLimits.memoryMb,
  };
}

function within(name: string, wish: number | undefined, { usual, most }: { usual: number; most: number }): number {
  if (wish === undefined) return usual;
  if (Number.isInteger(wish) && wish >= 1 && wish <= most) return wish;
  throw new BridgewatchError('HUNT_LIMIT', `${name} is ${wish}; give a whole number from 1 to ${most}`, 400);
}
