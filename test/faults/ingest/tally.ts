import { join } from 'node:path';
import { literal, openEngine } from '../../../src/adapters/duckdb/engine.ts';
import { openWorkStore } from '../../../src/adapters/sqlite/work-store.ts';
import { places } from '../../../src/host/worker/options.ts';
import type { WorkStore } from '../../../src/ports/work-store.ts';
import type { Records } from './records.ts';

export interface Tally {
  readonly inLakeOnce: number;
  /** Receipted, and not in the lake. */
  readonly lost: number;
  /** In the lake more often than they happened, or never sent. */
  readonly doubled: number;
  readonly detectionsExpected: number;
  readonly detectionsOnce: number;
  /** Detections of what was not planted, or made twice. */
  readonly detectionsTooMany: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** Counts what is in the lake and among the detections of a plane that is closed, against what was sent. */
export async function tally(dataDir: string, records: Records): Promise<Tally> {
  const work = openWorkStore({ path: join(dataDir, places.work) });
  try {
    const counts: Record<string, number> = {};
    for (const [name, count] of work.counts('')) counts[name.split('|').at(-1) ?? name] = count;
    return { ...(await inLake(dataDir, work, records)), ...detected(work, records), counts };
  } finally {
    await work.close();
  }
}

async function inLake(dataDir: string, work: WorkStore, records: Records) {
  const found = new Map<string, number>();
  const engine = await openEngine({ threads: '1', memory_limit: '512MB' });
  try {
    const paths = work.allFiles().map(({ name }) => literal(join(dataDir, places.lake, name)));
    // Without a file there is nothing to ask.
    if (paths.length > 0) {
      const result = await engine.connection.runAndReadAll(
        `SELECT json_extract_string(raw, '$.winlog.event_data.marker'), count(*), count(DISTINCT id)
         FROM read_parquet([${paths.join(', ')}], hive_partitioning = false) GROUP BY 1`,
      );
      // Rows that are one event by their id are one event too many.
      for (const [marker, rows, ids] of result.getRows())
        found.set(String(marker), rows === ids ? Number(rows) : Number(rows) + 0.5);
    }
  } finally {
    engine.close();
  }
  let [inLakeOnce, lost, doubled] = [0, 0, 0];
  for (const [marker, times] of records.events) {
    const there = found.get(marker) ?? 0;
    if (there === times) inLakeOnce += times;
    lost += Math.max(0, times - there);
    doubled += Math.max(0, there - times);
    found.delete(marker);
  }
  for (const times of found.values()) doubled += times;
  return { inLakeOnce, lost, doubled };
}

function detected(work: WorkStore, records: Records) {
  const times = new Map<string, number>();
  for (const { detection, events } of work.detections(0, Number.POSITIVE_INFINITY)) {
    const data = JSON.parse(events[0]?.raw ?? '{}')?.winlog?.event_data ?? {};
    const key = detection.detector.kind === 'correlation' ? data.caller : data.marker;
    times.set(String(key), (times.get(String(key)) ?? 0) + 1);
  }
  const expected = [...records.planted, ...records.callers];
  let detectionsOnce = 0;
  for (const key of expected) {
    if (times.get(key) === 1) detectionsOnce += 1;
    times.set(key, (times.get(key) ?? 1) - 1);
  }
  let detectionsTooMany = 0;
  for (const left of times.values()) detectionsTooMany += left;
  return { detectionsExpected: expected.length, detectionsOnce, detectionsTooMany };
}
