import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLakeBuffer } from '../../src/adapters/duckdb/buffer.ts';
import { type LakeColumn, type LakeValue, lakeColumns, lakeHour } from '../../src/contracts/lake.ts';
import type { LakeQueries, QueryLimits } from '../../src/ports/lake.ts';
import type { WorkStore } from '../../src/ports/work-store.ts';

export const noon = Date.UTC(2026, 10, 25, 12);
export const limits: QueryLimits = { rows: 1000, milliseconds: 30_000, memoryMb: 256 };

/** A folder for a lake, gone when the test is done. */
export function lakeFolder(after: (clean: () => void) => void): string {
  const dir = mkdtempSync(join(tmpdir(), 'bw-lake-'));
  after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A row of the lake that says only what the test says. */
export function row(id: string, time: number, told: Partial<Record<LakeColumn, LakeValue>> = {}): LakeValue[] {
  const values: Partial<Record<LakeColumn, LakeValue>> = {
    id,
    time,
    received: time + 1000,
    time_suspect: false,
    source: 'winlogs',
    lens: 'winlogbeat7',
    kind: 'process_start',
    raw: JSON.stringify({ id }),
    ...told,
  };
  return lakeColumns.map(([name]) => values[name] ?? null);
}

/** Writes rows as one worker would, one flush for each list, and lists the files. */
export async function written(
  dir: string,
  work: WorkStore,
  flushes: readonly (readonly LakeValue[][])[],
  tenant = 'main',
  writer = `w-${tenant}`,
): Promise<void> {
  const buffer = await openLakeBuffer({ dir, writer, memoryMb: 200 });
  for (const rows of flushes) {
    for (const one of rows) buffer.add(tenant, lakeHour(one[1] as number), one);
    work.commit({ files: await buffer.flush() });
  }
  await buffer.close();
}

/** Ids of all events of a tenant, sorted; each as often as it is there. */
export async function idsOf(queries: LakeQueries, tenant = 'main'): Promise<string[]> {
  const { rows } = await queries.query(tenant, 'SELECT id FROM events', { limits: { ...limits, rows: 1_000_000 } });
  return rows.map(([id]) => String(id)).toSorted();
}
