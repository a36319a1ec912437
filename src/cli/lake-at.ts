import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openLakeQueries } from '../adapters/duckdb/queries.ts';
import { openWorkStore } from '../adapters/sqlite/work-store.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { places } from '../host/worker/options.ts';
import { readPeriod } from '../hunt/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { LakeQueries } from '../ports/lake.ts';

/** Runs `work` with the lake of a data folder, beside a running server or without one. Throws `HUNT_NO_LAKE` where there is none. */
export async function withLake<T>(data: string, work: (queries: LakeQueries) => Promise<T>): Promise<T> {
  const path = join(data, places.work);
  if (!existsSync(path))
    throw new BridgewatchError(
      'HUNT_NO_LAKE',
      `${data} has no lake; give the data folder of a server that takes telemetry in`,
    );
  const store = openWorkStore({ path });
  const queries = openLakeQueries({ dir: join(data, places.lake), work: store });
  try {
    return await work(queries);
  } finally {
    await queries.close();
    await store.close();
  }
}

export interface SpanOptions {
  readonly from?: string;
  readonly to?: string;
}

/** `--from` and `--to` as epoch ms, both inclusive. Throws `CLI_NOT_A_TIME`. */
export function spanOf({ from, to }: SpanOptions): { readonly from?: number; readonly to?: number } {
  return {
    ...(from === undefined ? {} : { from: periodOf('--from', from).from }),
    ...(to === undefined ? {} : { to: periodOf('--to', to).to }),
  };
}

function periodOf(option: string, text: string): { readonly from: number; readonly to: number } {
  const period = readPeriod(text, systemClock.now());
  if (period !== undefined) return period;
  throw new BridgewatchError(
    'CLI_NOT_A_TIME',
    `${option} is '${text}'; give a time in UTC like 2026-11-25 or 2026-11-25T07:30, or a distance from now like 24h or 7d`,
  );
}
