import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { idsOf, lakeFolder, limits, noon, row, written } from '../../../test/support/lake.ts';
import { MemoryWork } from '../../../test/support/memory-work.ts';
import { lakeColumns } from '../../contracts/lake.ts';
import { sha256 } from '../../kernel/ids.ts';
import { openLakeBuffer } from './buffer.ts';
import { type LakeKeepingParts, openLakeKeeping } from './keeping.ts';
import { openLakeQueries } from './queries.ts';
import { lakeCrashPoints } from './rewrite.ts';

const HOUR = 3_600_000;
const cleanups: (() => unknown)[] = [];
const whenDone = (clean: () => unknown): void => {
  cleanups.push(clean);
};
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

function lake() {
  const dir = lakeFolder(whenDone);
  const work = new MemoryWork();
  const queries = openLakeQueries({ dir, work });
  whenDone(() => queries.close());
  return { dir, work, queries };
}

async function keeper(dir: string, work: MemoryWork, more: Partial<LakeKeepingParts> = {}) {
  const told: string[] = [];
  const keeping = await openLakeKeeping({
    dir,
    work,
    clock: { now: () => noon + 3 * HOUR },
    daysOf: () => undefined,
    memoryMb: 256,
    log: (message) => told.push(message),
    ...more,
  });
  whenDone(() => keeping.close());
  return { keeping, told };
}

const many = (from: number, count: number, time = noon) =>
  Array.from({ length: count }, (_, at) =>
    row(`e${String(from + at).padStart(7, '0')}`, time + at, {
      host: `h${at % 7}`,
      process_name: 'a.exe',
      raw: JSON.stringify({ n: from + at, text: `word${from + at} common ${sha256(String(from + at))}` }),
    }),
  );

describe('writing', () => {
  test('a row comes back as it was', async () => {
    const { dir, work, queries } = lake();
    const full = lakeColumns.map(([name, type]) => {
      if (type === 'TIMESTAMP_MS') return noon + (name === 'received' ? 5 : 0);
      if (type === 'BOOLEAN') return true;
      return type === 'INTEGER' ? 443 : `${name} 'quoted' \n 日本`;
    });
    await written(dir, work, [[full, row('b', noon + 1, { host: null })]]);
    const { rows, columns } = await queries.query('main', 'SELECT * FROM events ORDER BY time', { limits });
    expect(columns.map(({ name }) => name)).toEqual([...lakeColumns.map(([name]) => name), 'tenant', 'hour']);
    expect(rows[0]).toEqual([
      ...full.map((value, at) => {
        if (lakeColumns[at]?.[1] !== 'TIMESTAMP_MS') return value;
        return `2026-11-25 12:00:00${value === noon ? '' : '.005'}`;
      }),
      'main',
      '2026-11-25T12',
    ]);
    expect(rows[1]?.slice(0, 4)).toEqual(['b', '2026-11-25 12:00:00.001', '2026-11-25 12:00:01.001', false]);
    expect(rows[1]?.filter((value) => value === null)).toHaveLength(25);
  });

  test('values that strangers chose do not keep a file from being written', async () => {
    const { dir, work, queries } = lake();
    const buffer = await openLakeBuffer({ dir, writer: 'w1', memoryMb: 200 });
    whenDone(() => buffer.close());
    const wild = [8.64e15, -8.64e15, 1e300, Number.NaN, 0.5].map((time, at) =>
      row(`t${at}`, time, { received: noon, remote_port: 2 ** 40, host: 'a\0b', user: '\ud800', raw: '\0' }),
    );
    for (const one of wild) buffer.add('main', '2026-11-25T12', one);
    work.commit({ files: await buffer.flush() });
    expect(await idsOf(queries)).toEqual(['t0', 't1', 't2', 't3', 't4']);
  });

  test('records far larger than usual become more files, within the same memory', async () => {
    const { dir, work, queries } = lake();
    const buffer = await openLakeBuffer({ dir, writer: 'w1', memoryMb: 100 });
    whenDone(() => buffer.close());
    for (let at = 0; at < 300; at += 1) {
      const noise = Array.from({ length: 5000 }, (_, n) => sha256(`${at} ${n}`)).join('');
      buffer.add('main', '2026-11-25T12', row(`e${at}`, noon + at, { raw: noise }));
    }
    const files = await buffer.flush();
    expect(files.length).toBeGreaterThan(3);
    expect(buffer).toMatchObject({ rows: 0, rawBytes: 0 });
    work.commit({ files });
    expect(await idsOf(queries)).toHaveLength(300);
    const { keeping, told } = await keeper(dir, work);
    // Whether they fit in one go is the engine's matter; that they become fewer and stay complete is ours.
    const { from, into } = await keeping.merge();
    expect(from, told.join()).toBeGreaterThan(into);
    expect(await idsOf(queries)).toHaveLength(300);
  });

  test('partitions are kept apart, and counted as listed', async () => {
    const { dir, work } = lake();
    const buffer = await openLakeBuffer({ dir, writer: 'w1', memoryMb: 200 });
    whenDone(() => buffer.close());
    for (const one of many(0, 5000)) buffer.add('main', '2026-11-25T12', one);
    buffer.add('other', '2026-11-25T12', row('x', noon));
    buffer.add('main', '2026-11-25T13', row('y', noon + HOUR, { raw: 'é' }));
    expect(buffer.rows).toBe(5002);
    const files = await buffer.flush();
    expect(buffer).toMatchObject({ rows: 0, rawBytes: 0 });
    expect(files.map(({ tenant, hour, rows }) => [tenant, hour, rows])).toEqual([
      ['main', '2026-11-25T12', 5000],
      ['other', '2026-11-25T12', 1],
      ['main', '2026-11-25T13', 1],
    ]);
    expect(files[0]).toMatchObject({ minTime: noon, maxTime: noon + 4999, merges: 0 });
    expect(files[2]?.rawBytes).toBe(2);
    for (const file of files) expect(readFileSync(join(dir, file.name)).length).toBe(file.bytes);
    expect(await buffer.flush()).toEqual([]);
    work.commit({ files });
  });

  test.each([
    ['../up', '2026-11-25T12'],
    ['..', '2026-11-25T12'],
    ['a/b', '2026-11-25T12'],
    ['', '2026-11-25T12'],
    ['main', '../2026'],
    ['main', '2026-11-25T12/..'],
    ["main'", '2026-11-25T12'],
  ])('no path comes of tenant %j, hour %j', async (tenant, hour) => {
    const { dir } = lake();
    const buffer = await openLakeBuffer({ dir, writer: 'w1', memoryMb: 100 });
    whenDone(() => buffer.close());
    expect(() => buffer.add(tenant, hour, row('a', noon))).toThrow(/tenant/);
    expect(buffer.rows).toBe(0);
  });

  test('a flush that fails keeps what it held', async () => {
    const { dir, work, queries } = lake();
    const buffer = await openLakeBuffer({ dir, writer: 'w1', memoryMb: 200 });
    whenDone(() => buffer.close());
    for (const one of many(0, 10)) buffer.add('main', '2026-11-25T12', one);
    writeFileSync(join(dir, 'tenant=main'), 'in the way');
    await expect(buffer.flush()).rejects.toMatchObject({ code: 'LAKE_WRITE_FAILED' });
    expect(buffer.rows).toBe(10);
    rmSync(join(dir, 'tenant=main'));
    work.commit({ files: await buffer.flush() });
    expect(await idsOf(queries)).toHaveLength(10);
  });
});

describe('keeping', () => {
  test('a merge keeps every row once, in one file', async () => {
    const { dir, work, queries } = lake();
    await written(dir, work, [many(0, 3000), many(3000, 10), many(3000, 10), many(10_000, 4000, noon + HOUR)]);
    await written(dir, work, [many(20_000, 500)], 'main', 'w2');
    const before = await idsOf(queries);
    expect(before).toHaveLength(7520);
    const { keeping } = await keeper(dir, work);
    expect(await keeping.merge()).toEqual({ from: 4, into: 1 });
    expect(work.allFiles().map(({ rows, merges }) => [rows, merges])).toEqual([
      [4000, 0],
      [3520, 1],
    ]);
    expect(await idsOf(queries)).toEqual(before);
    expect(await keeping.merge()).toEqual({ from: 0, into: 0 });
  });

  test('files replaced stay for the grace period, then go; what is listed never does', async () => {
    const { dir, work, queries } = lake();
    await written(dir, work, [many(0, 10), many(10, 10)]);
    const { keeping } = await keeper(dir, work);
    const folder = join(dir, 'tenant=main/hour=2026-11-25T12');
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1, 1);
    await keeping.merge();
    expect(await keeping.sweep()).toBe(0);
    expect(readdirSync(folder)).toHaveLength(4);
    writeFileSync(join(dir, 'tmp', 'left.parquet'), 'half');
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1, 1);
    utimesSync(join(dir, 'tmp', 'left.parquet'), 1, 1);
    expect(await keeping.sweep()).toBe(3);
    expect(readdirSync(folder).toSorted()).toEqual([
      expect.stringMatching(/^m-.*\.parquet$/),
      expect.stringMatching(/^m-.*\.words$/),
    ]);
    expect(existsSync(join(dir, 'tmp', 'left.parquet'))).toBe(false);
    expect(await idsOf(queries)).toHaveLength(20);
  });

  test.each(lakeCrashPoints)('a crash %s leaves every event there once', async (point) => {
    const { dir, work, queries } = lake();
    await written(dir, work, [many(0, 100), many(100, 100)]);
    const before = await idsOf(queries);
    const { keeping } = await keeper(dir, work, {
      crashPoint: (name) => {
        if (name === point) throw new Error(`crash ${name}`);
      },
    });
    await expect(keeping.merge()).rejects.toThrow('crash');
    expect(await idsOf(queries)).toEqual(before);
    const { keeping: next } = await keeper(dir, work, { graceMs: -60_000 });
    await next.merge();
    await next.sweep();
    expect(await idsOf(queries)).toEqual(before);
    expect(readdirSync(join(dir, 'tenant=main/hour=2026-11-25T12'))).toHaveLength(2);
  });

  test('a file that lost rows is not merged, and the others are', async () => {
    const { dir, work } = lake();
    await written(dir, work, [many(0, 10), many(10, 10)]);
    await written(dir, work, [many(0, 10), many(10, 10)], 'other');
    const [first] = work.files('main');
    if (first === undefined) throw new Error('no file');
    work.commit({ files: [{ ...first, rows: 11 }] });
    const { keeping, told } = await keeper(dir, work);
    expect(await keeping.merge()).toEqual({ from: 2, into: 1 });
    expect(told).toEqual(['files of the lake were left as they are']);
    expect(work.files('main')).toHaveLength(2);
  });

  test('retention is by tenant', async () => {
    const { dir, work } = lake();
    for (const tenant of ['main', 'other']) {
      await written(dir, work, [many(0, 10, noon - 48 * HOUR), many(10, 10)], tenant);
    }
    const { keeping } = await keeper(dir, work, { daysOf: (tenant) => (tenant === 'main' ? 1 : undefined) });
    expect(await keeping.retain()).toBe(1);
    expect(work.allFiles().map(({ tenant, hour }) => `${tenant} ${hour}`)).toEqual([
      'main 2026-11-25T12',
      'other 2026-11-23T12',
      'other 2026-11-25T12',
    ]);
  });

  test('over the budget the oldest raw records go first, then the oldest hours, and the alarm says so', async () => {
    const { dir, work, queries } = lake();
    const hours = [48, 24, 0].map((back) => many(back * 1000, 3000, noon - back * HOUR));
    await written(dir, work, hours);
    const total = work.allFiles().reduce((sum, { bytes }) => sum + bytes, 0);
    const ample = await keeper(dir, work, { diskBytes: total * 2 });
    expect((await ample.keeping.trim()).state).toBe('ok');
    const near = await keeper(dir, work, { diskBytes: Math.ceil(total * 1.05) });
    expect((await near.keeping.trim()).state).toBe('near');
    const { keeping, told } = await keeper(dir, work, { diskBytes: total - 1 });
    const first = await keeping.trim();
    expect(first).toMatchObject({ state: 'over', rawDropped: 1, filesDropped: 0 });
    expect(told).toEqual(['the event lake is over its disk budget']);
    const left = await queries.query(
      'main',
      'SELECT hour, count(*)::INT, count(raw)::INT FROM events GROUP BY 1 ORDER BY 1',
      { limits },
    );
    expect(left.rows).toEqual([
      ['2026-11-23T12', 3000, 0],
      ['2026-11-24T12', 3000, 3000],
      ['2026-11-25T12', 3000, 3000],
    ]);
    const small = await keeper(dir, work, { diskBytes: Math.ceil(total / 8) });
    const disk = await small.keeping.trim();
    expect(disk.bytes).toBeLessThanOrEqual(disk.budget);
    expect(disk.filesDropped).toBeGreaterThan(0);
    expect(
      (await queries.query('main', 'SELECT min(hour) > $1 FROM events', { limits, parameters: ['2026-11-23T12'] }))
        .rows,
    ).toEqual([[true]]);
  });

  test('a question whose files were merged and deleted meanwhile is asked again of those there are', async () => {
    const { dir, work, queries } = lake();
    await written(dir, work, [many(0, 10), many(10, 10)]);
    const stale = work.files('main');
    const { keeping } = await keeper(dir, work, { graceMs: -60_000 });
    await keeping.merge();
    await keeping.sweep();
    let asked = 0;
    const late = openLakeQueries({ dir, work: { files: (tenant) => (asked++ === 0 ? stale : work.files(tenant)) } });
    whenDone(() => late.close());
    expect(await idsOf(late)).toEqual(await idsOf(queries));
    expect(asked).toBe(2);
  });
});
