import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idsOf, lakeFolder, limits, noon, row, written } from '../../../test/support/lake.ts';
import { MemoryWork } from '../../../test/support/memory-work.ts';
import type { LakeQueries } from '../../ports/lake.ts';
import { openLakeKeeping } from './keeping.ts';
import { openLakeQueries } from './queries.ts';

const HOUR = 3_600_000;
const cleanups: (() => void)[] = [];
const dir = lakeFolder((clean) => cleanups.push(clean));
const work = new MemoryWork();
let queries: LakeQueries;

beforeAll(async () => {
  const rows = Array.from({ length: 4000 }, (_, at) =>
    row(`e${at}`, noon + (at % 2) * HOUR + at, {
      host: `h${at % 10}`,
      raw: JSON.stringify({ at, path: `C:\\Temp\\x${at}` }),
    }),
  );
  await written(dir, work, [rows.slice(0, 1500), rows.slice(1500)]);
  await written(dir, work, [[row('secret', noon, { raw: '{"other":"tenants"}' })]], 'other');
  const keeping = await openLakeKeeping({
    dir,
    work,
    clock: { now: () => noon + 2.5 * HOUR },
    daysOf: () => undefined,
    memoryMb: 256,
    log: () => undefined,
  });
  await keeping.merge();
  await keeping.close();
  queries = openLakeQueries({ dir, work });
});
afterAll(async () => {
  await queries.close();
  for (const clean of cleanups) clean();
});

const ask = (sql: string, more: Partial<Parameters<LakeQueries['query']>[2]> = {}) =>
  queries.query('main', sql, { limits, ...more });

describe('questions', () => {
  test('parameters, aggregates, and values as JSON can hold them', async () => {
    const { rows, truncated } = await ask(
      'SELECT host, count(*), max(time) FROM events WHERE host = $1 AND remote_port IS NULL AND 1 < $2 GROUP BY host',
      {
        parameters: ['h3', 2],
      },
    );
    expect(rows).toEqual([['h3', '400', expect.stringMatching(/^2026-11-25 13:/)]]);
    expect(truncated).toBe(false);
  });

  test.each([
    'FROM events SELECT count(*) AS n',
    'WITH a AS (SELECT * FROM events), b AS (SELECT host FROM a) SELECT count(*) FROM b',
    'SELECT count(*) FROM events e JOIN (VALUES (1), (2)) v(x) ON true WHERE x = 1',
    "SELECT raw::JSON ->> '$.at' FROM events ORDER BY time LIMIT 1",
    'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT max(x) FROM n',
    'SELECT unnest(range(3)), time_bucket(INTERVAL 1 HOUR, time) FROM events LIMIT 1',
    'DESCRIBE events',
  ])('%s', async (sql) => {
    expect((await ask(sql)).rows.length).toBeGreaterThan(0);
  });

  test('rows stop at the limit, and the answer says that there were more', async () => {
    const asked = await ask('SELECT id FROM events', { limits: { ...limits, rows: 7 } });
    expect(asked.rows).toHaveLength(7);
    expect(asked.truncated).toBe(true);
    expect((await ask('SELECT id FROM events LIMIT 7', { limits: { ...limits, rows: 7 } })).truncated).toBe(false);
  });

  test('only events between from and to', async () => {
    const { rows } = await ask('SELECT min(time), max(time), count(*)::INT FROM events', {
      from: noon + 10,
      to: noon + 20,
    });
    expect(rows).toEqual([['2026-11-25 12:00:00.01', '2026-11-25 12:00:00.02', 6]]);
    expect((await ask('SELECT count(*)::INT FROM events', { from: 0, to: 1 })).rows).toEqual([[0]]);
  });

  test('only events with the words', async () => {
    const { rows } = await ask('SELECT id FROM events', { words: ['C:\\temp\\X123'] });
    expect(rows).toEqual([['e123']]);
    expect((await ask('SELECT id FROM events', { words: ['nowhere'] })).rows).toEqual([]);
    expect((await ask('SELECT count(*)::INT FROM events', { words: ['temp'] })).rows).toEqual([[4000]]);
  });

  test('no more and no longer words than can be looked for', async () => {
    for (const words of [Array.from({ length: 17 }, () => 'a'), ['x'.repeat(257)]]) {
      await expect(ask('SELECT 1 FROM events', { words })).rejects.toMatchObject({ code: 'HUNT_SQL_INVALID' });
    }
  });

  test('a tenant that has nothing has an empty table', async () => {
    expect((await queries.query('nobody', 'SELECT * FROM events', { limits })).rows).toEqual([]);
    expect(await idsOf(queries, 'other')).toEqual(['secret']);
  });
});

describe('limits', () => {
  const endless = 'SELECT sum(hash(a.range, b.range) % 7) FROM range(1000000) a, range(1000000) b';

  test('time', async () => {
    const started = performance.now();
    await expect(ask(endless, { limits: { ...limits, milliseconds: 300 } })).rejects.toMatchObject({
      code: 'HUNT_TIMEOUT',
    });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('cancel', async () => {
    const cancel = new AbortController();
    const asked = ask(endless, { signal: cancel.signal });
    // No state to wait for: the answer must be the same whenever the cancel comes; by now the question is most likely at work.
    setTimeout(() => cancel.abort(), 200);
    await expect(asked).rejects.toMatchObject({ code: 'HUNT_CANCELLED' });
    await expect(ask('SELECT 1', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'HUNT_CANCELLED' });
    expect((await ask('SELECT 1')).rows).toEqual([[1]]);
  });

  test('a question that waits its turn can be cancelled', async () => {
    const single = openLakeQueries({ dir, work, atOnce: 1 });
    const long = new AbortController();
    const first = single.query('main', endless, { limits, signal: long.signal });
    const waiting = single.query('main', 'SELECT 1', { limits, signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toMatchObject({ code: 'HUNT_CANCELLED' });
    long.abort();
    await expect(first).rejects.toMatchObject({ code: 'HUNT_CANCELLED' });
    await single.close();
  });

  test('memory', async () => {
    const big =
      'SELECT count(DISTINCT a.raw || b.raw || c.host || random()) FROM events a, events b, (SELECT * FROM events LIMIT 10) c';
    await expect(ask(big, { limits: { ...limits, memoryMb: 64 } })).rejects.toMatchObject({ code: 'HUNT_MEMORY' });
    expect((await ask('SELECT 1')).rows).toEqual([[1]]);
  });
});

describe('what is closed', () => {
  const othersFile = () => {
    const folder = join(dir, 'tenant=other/hour=2026-11-25T12');
    return join(folder, readdirSync(folder)[0] as string);
  };

  test.each([
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/*')",
    "SELECT * FROM glob('/**')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM 'https://example.com/a.parquet'",
    "SELECT (SELECT count(*) FROM read_json('/etc/passwd'))",
    "SELECT * FROM events WHERE id IN (SELECT content FROM read_text('/etc/passwd'))",
    "WITH q AS (SELECT * FROM read_ndjson('/etc/passwd')) SELECT * FROM q",
    'WITH "/etc/passwd" AS (SELECT 1) SELECT * FROM \'/etc/passwd\'',
    'WITH duckdb_settings AS (SELECT 1) SELECT * FROM duckdb_settings',
    "SELECT getenv('HOME')",
    "SELECT current_setting('allowed_paths')",
    "SELECT getvariable('x')",
    'SELECT * FROM duckdb_settings()',
    'SELECT * FROM duckdb_secrets()',
    'SELECT * FROM duckdb_views()',
    'SELECT * FROM duckdb_views',
    'SELECT * FROM duckdb_logs',
    'SELECT * FROM information_schema.tables',
    'SELECT * FROM pg_catalog.pg_tables',
    'SELECT * FROM sqlite_master',
    'SELECT * FROM pragma_database_list',
    'SELECT * FROM pragma_version()',
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('events')",
    "SELECT * FROM json_execute_serialized_sql('{}')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/a')",
    'SELECT * FROM memory.main.events',
    'SHOW TABLES',
    'SHOW ALL TABLES',
    'SELECT 1; SELECT 2',
    "SELECT 1; COPY (SELECT 1) TO '/tmp/x'",
    '',
    ';',
    "COPY events TO '/tmp/bw-escape.parquet'",
    "COPY (SELECT 1) TO '/tmp/bw-escape.csv'",
    "EXPORT DATABASE '/tmp/bw-escape'",
    "ATTACH '/tmp/bw-escape.db'",
    'INSTALL httpfs',
    'LOAD httpfs',
    "SET memory_limit = '100GB'",
    'RESET memory_limit',
    'SET lock_configuration = false',
    'PRAGMA database_list',
    'PRAGMA enable_profiling',
    'CALL pragma_version()',
    'CREATE TABLE x AS SELECT 1',
    'CREATE MACRO m() AS 1',
    'CREATE OR REPLACE VIEW events AS SELECT 1',
    'CREATE SECRET s (TYPE s3)',
    'DROP VIEW events',
    'INSERT INTO events VALUES (1)',
    'DELETE FROM events',
    'UPDATE events SET id = 1',
    'PREPARE p AS SELECT 1',
    'EXECUTE p',
    'EXPLAIN ANALYZE SELECT 1',
    'CHECKPOINT',
    'VACUUM',
    'BEGIN',
    'USE memory',
    "SELECT write_log('x')",
    "SELECT nextval('s')",
    'SELECT * FROM events AT (VERSION => 1)',
    'SELECT nope FROM events',
    'SELECT * FROM',
    `SELECT ${'('.repeat(5000)}1`,
    `SELECT '${'x'.repeat(70_000)}'`,
    'SELECT 1\0; COPY',
  ])('%.80s', async (sql) => {
    const error: unknown = await ask(sql).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'HUNT_SQL_INVALID' });
    expect(String(error)).not.toContain(dir);
  });

  test('the file of another tenant, by its very name', async () => {
    for (const sql of [
      `SELECT * FROM read_parquet('${othersFile()}')`,
      `SELECT * FROM '${othersFile()}'`,
      `SELECT * FROM parquet_scan(['${othersFile()}'])`,
    ]) {
      await expect(ask(sql)).rejects.toMatchObject({ code: 'HUNT_SQL_INVALID' });
    }
  });

  test('what an error says names no path of the machine', async () => {
    const error: unknown = await ask("SELECT strptime('x', '%Y') FROM events").catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('x');
    expect(String(error)).not.toContain(dir);
  });
});
