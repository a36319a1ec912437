import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { smallDisk } from '../../../test/small-disk.ts';
import type { Detection } from '../../contracts/detection.ts';
import type { LakeFile } from '../../contracts/lake.ts';
import type { WorkStore } from '../../ports/work-store.ts';
import { openWorkStore } from './work-store.ts';

const MIB = 1024 * 1024;

const PROCESS = new URL('../../../test/work-store-process.ts', import.meta.url).pathname;

let path = '';
let store: WorkStore;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'bw-work-'));
  store = openWorkStore({ path });
});
afterEach(async () => {
  await store.close();
  rmSync(path, { recursive: true, force: true });
});

function detected(id: string, fields: Detection['fields'] = []) {
  const detector = { id: 'rule', kind: 'sigma' as const, version: '1', title: 'Rule', level: 'high' as const };
  const lists = { techniques: [], tactics: [], falsePositives: [] };
  const detection: Detection = {
    id,
    tenant: 'main',
    detector: { ...detector, ...lists },
    events: ['e'],
    at: 5,
    fields,
    entities: [],
  };
  return { detection, events: [{ id: 'e', time: 5, source: 's', lens: 'generic', raw: '{"a":"\\u0000é"}' }] };
}

function file(tenant: string, hour: string, name: string): LakeFile {
  const path = `tenant=${tenant}/hour=${hour}/${name}.parquet`;
  return { tenant, hour, name: path, rows: 1, bytes: 2, rawBytes: 3, minTime: 4, maxTime: 5, merges: 0 };
}

const names = (files: readonly LakeFile[]): string[] => files.map((each) => each.name.split('/')[2] ?? '');

test('what was committed is there after a restart', async () => {
  store.commit({
    detect: new Map([[3, 10]]),
    detections: [detected('d1'), detected('d2')],
    observations: [{ id: 'o1', kind: 'logon', tenant: 'main', body: { host: 'a' } }],
    files: [file('main', '2026-11-25T07', 'a')],
    snapshots: new Map([['engine', Uint8Array.of(0, 1, 255)]]),
    counts: new Map([['main|s|received', 2]]),
  });
  await store.close();
  store = openWorkStore({ path });
  expect(store.offsets()).toEqual(new Map([[3, { detect: 10, lake: 0 }]]));
  expect(store.detections(0, 10)).toEqual([
    { sequence: 1, ...detected('d1') },
    { sequence: 2, ...detected('d2') },
  ]);
  expect(store.observations(0, 10)).toEqual([
    { sequence: 1, id: 'o1', kind: 'logon', tenant: 'main', body: { host: 'a' } },
  ]);
  expect(names(store.allFiles())).toEqual(['a.parquet']);
  expect([...(store.snapshot('engine') ?? [])]).toEqual([0, 1, 255]);
  expect(store.snapshot('other')).toBeUndefined();
  expect(store.counts('main|')).toEqual(new Map([['main|s|received', 2]]));
});

test('a commit that fails at its end leaves nothing of its beginning', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const observation = { id: 'o', kind: 'k', tenant: 'main', body: 1 };
  const commit = {
    detect: new Map([[0, 9]]),
    detections: [detected('d')],
    observations: [observation, { ...observation, id: 'bad', body: circular }],
  };
  expect(() => store.commit(commit)).toThrow(/circular/i);
  expect(store.offsets().size).toBe(0);
  expect([store.lastDetection(), store.hasDetection('d'), store.observations(0, 9).length]).toEqual([0, false, 0]);
  store.commit({ detections: [detected('d')] });
  expect(store.lastDetection()).toBe(1);
});

test('offsets of detections and of the lake move apart; counters add; snapshots replace', () => {
  store.commit({
    detect: new Map([
      [0, 5],
      [15, 1],
    ]),
    counts: new Map([
      ['a|b|c', 1],
      ['a|bb|c', 5],
    ]),
  });
  store.commit({
    lake: new Map([[0, 3]]),
    counts: new Map([['a|b|c', 41]]),
    snapshots: new Map([['s', Buffer.of(1)]]),
  });
  store.commit({ detect: new Map([[0, 7]]), snapshots: new Map([['s', Buffer.of(2)]]) });
  expect(store.offsets()).toEqual(
    new Map([
      [0, { detect: 7, lake: 3 }],
      [15, { detect: 1, lake: 0 }],
    ]),
  );
  expect(store.counts('a|b|')).toEqual(new Map([['a|b|c', 42]]));
  expect([...store.counts('').keys()]).toEqual(['a|bb|c', 'a|b|c']);
  expect(store.snapshot('s')?.[0]).toBe(2);
});

test('an id counts once, also when its entry is trimmed, and numbers go on', async () => {
  store.commit({ detections: ['a', 'b', 'a'].map((id) => detected(id)) });
  store.commit({ detections: [detected('b'), detected('c')] });
  expect(store.detections(0, 10).map(({ sequence, detection }) => [sequence, detection.id])).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ]);
  expect(store.detections(1, 1).map(({ sequence }) => sequence)).toEqual([2]);
  expect(store.detections(1, Number.POSITIVE_INFINITY).map(({ sequence }) => sequence)).toEqual([2, 3]);
  store.trimDetections(3);
  expect(store.detections(0, 10)).toEqual([]);
  await store.close();
  store = openWorkStore({ path });
  expect([store.lastDetection(), store.hasDetection('a'), store.hasDetection('z')]).toEqual([3, true, false]);
  store.commit({ detections: [detected('a'), detected('d')] });
  expect(store.detections(0, 10).map(({ sequence, detection }) => [sequence, detection.id])).toEqual([[4, 'd']]);
  const observe = (id: string) => ({ observations: [{ id, kind: 'k', tenant: 'main', body: null }] });
  for (const id of ['x', 'y', 'x']) store.commit(observe(id));
  store.trimObservations(1);
  expect(store.observations(0, 9).map(({ id }) => id)).toEqual(['y']);
});

test('a trim does a bounded piece of the work and the next goes on', () => {
  const observations = Array.from({ length: 12_000 }, (_, at) => ({ id: `${at}`, kind: 'k', tenant: 'm', body: at }));
  store.commit({ observations });
  store.trimObservations(11_999);
  expect(store.observations(0, 1)[0]?.sequence).toBe(5001);
  for (const _ of [2, 3]) store.trimObservations(11_999);
  expect(store.observations(0, 9).map(({ body }) => body)).toEqual([11_999]);
});

test('files are listed by tenant and hours, and what is dropped is gone', () => {
  const files = [
    file('main', '2026-11-25T07', 'a'),
    file('main', '2026-11-25T08', 'b'),
    file('main', '2026-11-25T08', 'c'),
    file('main', '2026-11-25T10', 'd'),
    file('mainland', '2026-11-25T08', 'e'),
    file('abc', '2026-11-25T08', 'f'),
  ];
  store.commit({ files });
  expect(names(store.files('main'))).toEqual(['a', 'b', 'c', 'd'].map((name) => `${name}.parquet`));
  expect(names(store.files('main', '2026-11-25T08', '2026-11-25T09'))).toEqual(['b.parquet', 'c.parquet']);
  expect(names(store.files('main', '2026-11-25T08', '2026-11-25T08'))).toEqual(['b.parquet', 'c.parquet']);
  expect(names(store.files('main', '2026-11-25T09'))).toEqual(['d.parquet']);
  expect(names(store.files('main', undefined, '2026-11-25T07'))).toEqual(['a.parquet']);
  expect(store.files('nobody')).toEqual([]);
  // As a merge does it: two go, one comes, nobody sees neither or both.
  const gone = files.slice(1, 3).map(({ name }) => name);
  store.commit({ files: [file('main', '2026-11-25T08', 'bc')], dropped: gone });
  store.commit({ dropped: ['never/was.parquet'] });
  // Another that merged the same comes too late: the rows are in `bc` already.
  expect(() => store.commit({ files: [file('main', '2026-11-25T08', 'cb')], dropped: gone })).toThrow(
    expect.objectContaining({ code: 'WORK_FILE_GONE' }),
  );
  expect(names(store.files('main', '2026-11-25T08', '2026-11-25T08'))).toEqual(['bc.parquet']);
  expect(store.allFiles().length).toBe(5);
});

test('processes that commit at once: every id once, every number once, every count counted', async () => {
  const children = [0, 1, 2].map((lane) => {
    const child = spawn(process.execPath, [PROCESS, path, String(lane), '60'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return once(child, 'close');
  });
  expect((await Promise.all(children)).map(([status]) => status)).toEqual([0, 0, 0]);
  const stored = store.detections(0, 10_000);
  // Each of the three stored 60 of its own and the same 60 as the others.
  expect(new Set(stored.map(({ detection }) => detection.id)).size).toBe(240);
  expect(stored.map(({ sequence }) => sequence)).toEqual(stored.map((_, at) => at + 1));
  expect(stored.length).toBe(240);
  expect(store.lastDetection()).toBe(240);
  expect(store.counts('shared')).toEqual(new Map([['shared', 180]]));
  expect([...store.offsets().values()].map(({ detect }) => detect)).toEqual([60, 60, 60]);
});

test('a process killed in the middle leaves whole commits, and nobody waits for it', async () => {
  const child = spawn(process.execPath, [PROCESS, path, '0', '1000000'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let printed = '';
  for await (const piece of child.stdout) {
    printed += piece;
    if (printed.split('\n').length > 50) child.kill('SIGKILL');
  }
  await closed;
  const told = Number(printed.trim().split('\n').at(-1));
  const detect = store.offsets().get(0)?.detect ?? 0;
  expect(told).toBeGreaterThanOrEqual(50);
  expect(detect).toBeGreaterThanOrEqual(told);
  expect(store.lastDetection()).toBe(detect * 2);
  expect(store.counts('shared').get('shared')).toBe(detect);
  store.commit({ detect: new Map([[0, detect + 1]]) });
  expect(store.offsets().get(0)?.detect).toBe(detect + 1);
});

test('a name that another has claimed commits nothing any more, and the rest of the commit is not kept', () => {
  const old = store.claim('worker-0');
  store.commit({ claim: old, detect: new Map([[0, 1]]), detections: [detected('a')] });
  const now = store.claim('worker-0');
  const late = { claim: old, detect: new Map([[0, 2]]), detections: [detected('b')] };
  expect(() => store.commit(late)).toThrow(expect.objectContaining({ code: 'WORK_CLAIM_LOST' }));
  expect(store.offsets().get(0)?.detect).toBe(1);
  expect(store.hasDetection('b')).toBe(false);
  store.commit({ claim: store.claim('worker-1'), detect: new Map([[1, 7]]) });
  store.commit({ claim: now, detect: new Map([[0, 2]]) });
  expect(store.offsets().get(0)?.detect).toBe(2);
});

test('a work store on a full disk keeps none of a commit, and goes on when there is room', async (context) => {
  const disk = smallDisk(4 * MIB);
  if ('missing' in disk) return context.skip(disk.missing);
  const small = openWorkStore({ path: join(disk.folder, 'work') });
  small.commit({ detect: new Map([[0, 1]]) });
  const snapshots = new Map([['detector', Buffer.alloc(8 * MIB, 1)]]);
  const commit = { detect: new Map([[0, 2]]), snapshots };
  let refused: unknown;
  try {
    small.commit(commit);
  } catch (error) {
    refused = error;
  }
  expect(refused).toMatchObject({ code: 'WORK_STORE_FULL', status: 503 });
  expect(small.offsets().get(0)).toEqual({ detect: 1, lake: 0 });
  expect(small.snapshot('detector')).toBeUndefined();
  small.commit({ detect: new Map([[0, 3]]) });
  expect(small.offsets().get(0)?.detect).toBe(3);
  await small.close();
  disk.remove();
});
