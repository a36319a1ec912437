import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLakeQueries } from '../../src/adapters/duckdb/queries.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import { huntingOf } from '../../src/host/hunting.ts';
import type { WorkStore } from '../../src/ports/work-store.ts';
import { fillLake, processStart } from '../support/hunt-lake.ts';
import { lakeFolder, noon } from '../support/lake.ts';
import { fromPage, type House, openHouse } from './house.ts';
import { detectionLike } from './review-house.ts';

const MINUTE = 60_000;
const cleanups: (() => unknown)[] = [];
const data = lakeFolder((clean) => cleanups.push(clean));
let house: House;
let work: WorkStore;
let cookie: string;

beforeAll(async () => {
  const records = Array.from({ length: 120 }, (_, at) =>
    processStart(
      at * MINUTE,
      `web0${at % 3}`,
      at % 4 === 0 ? 'C:\\T\\psexec.exe' : 'C:\\W\\cmd.exe',
      `=run ${at} "quoted"`,
    ),
  );
  await fillLake(data, records, 'acme');
  await fillLake(data, [processStart(0, 'secret', 'C:\\T\\psexec.exe', 'of another tenant')], 'bolt');
  work = openWorkStore({ path: join(data, 'work') });
  work.commit({
    detections: ['acme', 'bolt', 'acme', 'acme'].map((tenant, at) => ({
      detection: detectionLike(`d${at}`, { tenant }),
      events: [],
    })),
  });
  const queries = openLakeQueries({ dir: join(data, 'lake'), work });
  house = await openHouse({ hunting: huntingOf({ queries, work }) });
  cookie = await house.signIn('ana@acme.example');
  cleanups.push(
    () => work.close(),
    () => queries.close(),
    () => house.close(),
  );
});
afterAll(async () => {
  for (const clean of cleanups.toReversed()) await clean();
});

const post = (path: string, payload: object) =>
  house.app.inject({ method: 'POST', url: `/api/v1/tenants/acme/hunts/${path}`, headers: fromPage(cookie), payload });

test('a search page by page, and nothing of another tenant', async () => {
  const ids: unknown[] = [];
  let after: string | undefined;
  for (let page = 0; page < 5; page += 1) {
    const answer = (await post('run', { search: 'process:psexec.exe', limit: 13, ...(after ? { after } : {}) })).json();
    const at = answer.columns.findIndex(({ name }: { name: string }) => name === 'id');
    ids.push(...answer.rows.map((row: unknown[]) => row[at]));
    after = answer.next ?? undefined;
    expect(JSON.stringify(answer)).not.toContain('secret');
    if (after === undefined) break;
  }
  expect(ids).toEqual(Array.from({ length: 30 }, (_, at) => `e${String(116 - 4 * at).padStart(4, '0')}`));
});

test('SQL, histogram and top values', async () => {
  const sql = (await post('run', { sql: 'SELECT count(*)::INT AS n FROM events' })).json();
  expect(sql).toMatchObject({ columns: [{ name: 'n', type: 'INTEGER' }], rows: [[120]], truncated: false, next: null });
  const span = { from: noon, to: noon + 59 * MINUTE };
  expect((await post('histogram', { search: 'psexec*', ...span })).json()).toMatchObject({ width: MINUTE, total: 15 });
  const top = (await post('top', { search: 'process:psexec.exe', fields: ['host', 'user'], most: 2 })).json();
  expect(top.items).toMatchObject([
    { field: 'host', values: [{ value: 'web00', events: 10 }, { events: 10 }] },
    { field: 'user', values: [{ value: 'ann', events: 30 }] },
  ]);
});

test('exports: every row, in each format', async () => {
  const csv = await post('export', { search: 'host:web01', format: 'csv' });
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(csv.headers['content-disposition']).toBe('attachment; filename="hunt.csv"');
  const lines = csv.body.trim().split('\r\n');
  expect(lines).toHaveLength(41);
  expect(lines[1]).toContain(`"'=run 118 ""quoted"""`);
  const json = await post('export', { search: 'host:web01', format: 'ndjson', limit: 7 });
  expect(
    json.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).host),
  ).toEqual(Array(7).fill('web01'));
  const parquet = await post('export', {
    sql: 'SELECT host, count(*) AS host FROM events GROUP BY 1',
    format: 'parquet',
  });
  expect([parquet.rawPayload.subarray(0, 4).toString(), parquet.rawPayload.subarray(-4).toString()]).toEqual([
    'PAR1',
    'PAR1',
  ]);
  expect((await post('export', { search: 'a (', format: 'csv' })).json()).toMatchObject({ code: 'HUNT_SEARCH_SYNTAX' });
});

test.each([
  ['run', { search: 'a', sql: 'SELECT 1' }, 'HTTP_REQUEST_INVALID'],
  ['run', {}, 'HTTP_REQUEST_INVALID'],
  ['run', { search: 'a (b' }, 'HUNT_SEARCH_SYNTAX'],
  ['run', { sql: "SELECT * FROM read_text('/etc/passwd')" }, 'HUNT_SQL_INVALID'],
  ['run', { search: 'a', after: 'x' }, 'HUNT_CURSOR'],
  [
    'run',
    { sql: 'SELECT sum(hash(a.range, b.range) % 7) FROM range(1000000) a, range(1000000) b', timeout: 1 },
    'HUNT_TIMEOUT',
  ],
  ['top', { search: '', fields: ['raw'] }, 'HUNT_FIELD_UNKNOWN'],
])('%s %j is refused by %s', async (path, body, code) => {
  expect((await post(path, body)).json()).toMatchObject({ code });
});

test('a question ends when its asker goes away', async () => {
  let cancelled: ((code: unknown) => void) | undefined;
  const told = new Promise((resolve) => {
    cancelled = resolve;
  });
  const queries = openLakeQueries({ dir: join(data, 'lake'), work });
  const gone = new AbortController();
  const watched = {
    ...huntingOf({ queries, work }),
    queries: {
      query: (...asked: Parameters<typeof queries.query>) => {
        const answer = queries.query(...asked).catch((error: unknown) => {
          cancelled?.((error as { code?: string }).code);
          throw error;
        });
        // The asker goes once its question has been taken.
        gone.abort();
        return answer;
      },
      close: () => queries.close(),
    },
  };
  const other = await openHouse({ hunting: watched });
  try {
    const url = await other.app.listen({ host: '127.0.0.1', port: 0 });
    const headers = { cookie: await other.signIn('ana@acme.example'), origin: url, 'content-type': 'application/json' };
    const endless = 'SELECT sum(hash(a.range, b.range) % 7) FROM range(1000000) a, range(1000000) b';
    const asked = fetch(`${url}/api/v1/tenants/acme/hunts/run`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ sql: endless, timeout: 50 }),
      signal: gone.signal,
    });
    await expect(asked).rejects.toThrow();
    expect(await told).toBe('HUNT_CANCELLED');
  } finally {
    await other.close();
    await queries.close();
  }
});

test('detections of the tenant alone, and those that come later', async () => {
  const page = async (after: number, limit = 50) => {
    const url = `/api/v1/tenants/acme/detections?after=${after}&limit=${limit}`;
    return (await house.app.inject({ url, headers: { cookie } })).json();
  };
  const first = await page(0, 2);
  expect(first.items.map((item: { detection: { id: string } }) => item.detection.id)).toEqual(['d0', 'd2']);
  const second = await page(first.next);
  expect(second.items.map((item: { detection: { id: string } }) => item.detection.id)).toEqual(['d3']);
  expect((await page(second.next)).items).toEqual([]);
});
