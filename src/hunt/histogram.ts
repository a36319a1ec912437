import type { LakeQueries } from '../ports/lake.ts';
import { askHunt, type Hunt } from './ask.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Widths a person reads without counting. */
const widths = [1, 5, 15, 30]
  .map((n) => n * SECOND)
  .concat([1, 5, 15, 30].map((n) => n * MINUTE))
  .concat([1, 3, 6, 12].map((n) => n * HOUR))
  .concat([1, 7, 28, 364].map((n) => n * DAY));
const MOST_BUCKETS = 80;

export interface Histogram {
  /** Width of a bucket, ms. */
  readonly width: number;
  /** Events in all. */
  readonly total: number;
  /** Begin of a bucket (epoch ms) and events in it, without empty ones. */
  readonly buckets: readonly (readonly [at: number, events: number])[];
}

/** The narrowest width at which a span has no more than 80 buckets. */
export function bucketWidth(from: number, to: number): number {
  return widths.find((width) => (to - from) / width <= MOST_BUCKETS - 1) ?? (widths.at(-1) as number);
}

/** Events found over time. Where a hunt has no bounds, the first and last event found are its bounds. */
export async function histogramOf(queries: LakeQueries, hunt: Hunt): Promise<Histogram> {
  const { from, to } = await spanOf(queries, hunt);
  if (from > to) return { width: SECOND, total: 0, buckets: [] };
  const width = bucketWidth(from, to);
  const scope = { ...hunt.scope, limits: { ...hunt.scope.limits, rows: 10_000 } };
  const { rows } = await askHunt(queries, { ...hunt, scope }, (where, put) => {
    const wide = `${put(width)}::BIGINT`;
    return `SELECT (epoch_ms(time) // ${wide} * ${wide})::DOUBLE AS began, count(*)::DOUBLE FROM events WHERE ${where} GROUP BY began ORDER BY began`;
  });
  const buckets = rows.map(([at, events]) => [Number(at), Number(events)] as const);
  return { width, total: buckets.reduce((sum, [, events]) => sum + events, 0), buckets };
}

async function spanOf(queries: LakeQueries, hunt: Hunt): Promise<{ from: number; to: number }> {
  const { from, to } = hunt.scope;
  if (from !== undefined && to !== undefined) return { from, to };
  const { rows } = await askHunt(
    queries,
    hunt,
    (where) => `SELECT epoch_ms(min(time))::DOUBLE, epoch_ms(max(time))::DOUBLE FROM events WHERE ${where}`,
  );
  const [first, last] = rows[0] ?? [];
  if (typeof first !== 'number' || typeof last !== 'number') return { from: 1, to: 0 };
  return { from: from ?? first, to: to ?? last };
}
