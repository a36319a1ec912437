import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLakeBuffer } from '../../src/adapters/duckdb/buffer.ts';
import { rememberRecent } from '../../src/adapters/duckdb/recent.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import { lakeColumns } from '../../src/contracts/lake.ts';
import { beginAgain } from '../../src/host/ingest.ts';
import { windowsOf } from '../../src/host/live/surroundings.ts';
import type { WorkStore } from '../../src/ports/work-store.ts';
import { MemoryLog } from '../support/memory-log.ts';

let dir = '';
let work: WorkStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bw-again-'));
  work = openWorkStore({ path: join(dir, 'work') });
});
afterEach(async () => {
  await work.close();
  rmSync(dir, { recursive: true, force: true });
});

test('a log that is shorter than what was read of it is read from its start', async () => {
  const log = new MemoryLog();
  await log.append([3, 3, 5].map((lane) => ({ lane, bytes: Buffer.from('x'), events: 1 })));
  work.commit({
    detect: new Map([
      [3, 2],
      [5, 900],
    ]),
    lake: new Map([
      [3, 1],
      [5, 899],
    ]),
  });
  const said: string[] = [];
  await beginAgain(log, work, (message) => said.push(message));
  expect(work.offsets()).toEqual(
    new Map([
      [3, { detect: 2, lake: 1 }],
      [5, { detect: 0, lake: 0 }],
    ]),
  );
  expect(said).toHaveLength(1);
});

test('of more than can be remembered, what came last is', async () => {
  const lake = join(dir, 'lake');
  const buffer = await openLakeBuffer({ dir: lake, writer: 'w', memoryMb: 128 });
  const at = Date.UTC(2026, 10, 25, 7);
  // The hour they happened in is no order of receipt: what came last is in the first file.
  for (let n = 0; n < 6; n += 1) {
    const row = lakeColumns.map(([name, type]) => {
      if (name === 'id') return `id-${n}`;
      if (name === 'received' || name === 'time') return at + n * 60_000;
      return type === 'BOOLEAN' ? false : type === 'VARCHAR' ? '' : 0;
    });
    buffer.add('t', `2026-11-25T0${7 - n}`, row);
  }
  work.commit({ files: await buffer.flush() });
  await buffer.close();
  const known: string[] = [];
  await rememberRecent(lake, work.allFiles(), at, (id) => known.push(id), 3);
  expect(known.sort()).toEqual(['id-3', 'id-4', 'id-5']);
});

test('detections of far apart times are asked about apart, and a bounded number of times', () => {
  const HOUR = 3_600_000;
  const at = (...times: number[]) => times.map((time) => ({ at: time }) as Parameters<typeof windowsOf>[0][number]);
  const now = Date.UTC(2026, 10, 25, 7);
  const windows = windowsOf(at(0, now, now - HOUR, now + 500 * HOUR, now - 7 * HOUR));
  expect(windows.map((window) => window.map((one) => one.at))).toEqual([
    [now + 500 * HOUR],
    [now, now - HOUR],
    [now - 7 * HOUR],
    [0],
  ]);
  expect(windowsOf(at(...Array.from({ length: 100 }, (_, n) => n * 100 * HOUR)))).toHaveLength(12);
});
