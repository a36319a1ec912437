import { afterAll, beforeAll, expect, test } from 'vitest';
import { lakeFolder, noon, row, written } from '../../test/support/lake.ts';
import { MemoryWork } from '../../test/support/memory-work.ts';
import { openLakeQueries } from '../adapters/duckdb/queries.ts';
import type { LakeQueries } from '../ports/lake.ts';
import { bucketWidth } from './histogram.ts';
import {
  countOf,
  histogramOf,
  huntFor,
  limitsOf,
  type RowCursor,
  replay,
  rowsOf,
  topColumn,
  topValuesOf,
} from './index.ts';

const MINUTE = 60_000;
const cleanups: (() => unknown)[] = [];
const dir = lakeFolder((clean) => cleanups.push(clean));
const work = new MemoryWork();
let queries: LakeQueries;

beforeAll(async () => {
  const rows = Array.from({ length: 500 }, (_, at) =>
    // Ten events a moment, so that a page ends among events of one time.
    row(`e${String(at).padStart(3, '0')}`, noon + Math.floor(at / 10) * MINUTE, {
      host: at % 5 === 0 ? null : `h${at % 5}`,
      process_name: at % 2 === 0 ? 'powershell.exe' : 'cmd.exe',
    }),
  );
  await written(dir, work, [rows]);
  queries = openLakeQueries({ dir, work });
});
afterAll(async () => {
  await queries.close();
  for (const clean of cleanups) await clean();
});

const hunt = (text: string, rows = 200, more = {}) =>
  huntFor({ tenant: 'main', limits: limitsOf({ rows }), ...more }, text, noon);

test('pages hold every event once, newest first', async () => {
  const ids: string[] = [];
  let after: RowCursor | null = null;
  for (let page = 0; page < 100; page += 1) {
    const { rows, next } = await rowsOf(queries, hunt('process:power*', 37), after);
    ids.push(...rows.map(({ id }) => id));
    after = next;
    if (next === null) break;
  }
  expect(ids).toEqual(Array.from({ length: 250 }, (_, at) => `e${String(498 - 2 * at).padStart(3, '0')}`));
});

test('a page that ends with the last event has none after it', async () => {
  const { rows, next } = await rowsOf(queries, hunt('', 500), null);
  expect([rows.length, next]).toEqual([500, null]);
  expect(rows[0]).toMatchObject({
    id: 'e499',
    time: noon + 49 * MINUTE,
    columns: { host: 'h4', kind: 'process_start' },
  });
});

test('counts, top values and a histogram add up to the same', async () => {
  const asked = hunt('cmd.exe OR process:cmd.exe');
  const total = await countOf(queries, asked);
  expect(total).toBe(250);
  const { values } = await topValuesOf(queries, asked, 'host', 10);
  expect(values).toEqual(
    [null, 'h1', 'h2', 'h3', 'h4']
      .map((value) => ({ value, events: 50 }))
      .toSorted((a, b) => ((a.value ?? '~') < (b.value ?? '~') ? -1 : 1)),
  );
  const { width, buckets, total: counted } = await histogramOf(queries, asked);
  expect([width, counted, buckets.length]).toEqual([MINUTE, 250, 50]);
  expect(buckets[0]).toEqual([noon, 5]);
  const narrow = await histogramOf(queries, hunt('process:cmd.exe', 200, { from: noon, to: noon + 4 * MINUTE }));
  expect([narrow.width, narrow.total]).toEqual([5000, 25]);
  expect(await histogramOf(queries, hunt('host:nowhere'))).toMatchObject({ total: 0, buckets: [] });
});

test('the time of a search and the time asked for both bound it', async () => {
  const asked = hunt('time:>=2026-11-25T12:30', 200, { to: noon + 39 * MINUTE });
  expect(asked.scope).toMatchObject({ from: noon + 30 * MINUTE, to: noon + 39 * MINUTE });
  expect(await countOf(queries, asked)).toBe(100);
});

test('buckets are few, whatever the span', () => {
  for (const span of [0, 1, 999, 3_600_000, 86_400_000, 30 * 86_400_000, 20 * 365 * 86_400_000])
    expect(span / bucketWidth(0, span)).toBeLessThan(80);
});

test('limits and fields that nobody may have are refused by name', () => {
  expect(() => limitsOf({ rows: 10_001 })).toThrow(expect.objectContaining({ code: 'HUNT_LIMIT' }) as Error);
  expect(() => limitsOf({ milliseconds: 0 })).toThrow(expect.objectContaining({ code: 'HUNT_LIMIT' }) as Error);
  expect(() => topColumn('raw"')).toThrow(expect.objectContaining({ code: 'HUNT_FIELD_UNKNOWN' }) as Error);
});

test('the past is read in order, each event once, however small the pages', async () => {
  for (const pageSize of [7, 40, 500]) {
    const ids: string[] = [];
    const asked = hunt('process:cmd.exe', 200, { from: noon + 3 * MINUTE });
    for await (const page of replay(queries, asked, 'host IS NULL', pageSize)) {
      expect(page.length).toBeLessThanOrEqual(pageSize);
      ids.push(...page.map(({ id }) => id));
      for (const { host, extra } of page) expect(extra).toBe(host === null);
    }
    expect(ids).toEqual(Array.from({ length: 235 }, (_, at) => `e${String(31 + 2 * at).padStart(3, '0')}`));
  }
});
