import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLakeBuffer } from '../../src/adapters/duckdb/buffer.ts';
import { rememberRecent } from '../../src/adapters/duckdb/recent.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import type { JsonObject } from '../../src/contracts/event.ts';
import { LANES } from '../../src/contracts/log-batch.ts';
import {
  correlatedObservation,
  createMatching,
  LaneWorker,
  type Poison,
  workerCrashPoints,
} from '../../src/detect/index.ts';
import { trimLog } from '../../src/host/log-trim.ts';
import { eventsOf, Intake } from '../../src/ingest/index.ts';
import { RecentIds } from '../../src/kernel/recent-ids.ts';
import type { Attempt, AttemptMarker } from '../../src/ports/attempt-marker.ts';
import type { WorkStore } from '../../src/ports/work-store.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { MemoryLog } from '../support/memory-log.ts';

const rule =
  'title: Odd\nid: 6c0a3c1e-0000-4000-8000-00000000000a\nlevel: high\nlogsource: {product: windows}\ndetection: {s: {what: odd}, condition: s}\n';
const { engine, problems } = compileRules([{ file: 'r.yml', text: rule }]);
/** A Windows record, as winlogbeat ships them, without a number of its own. */
const seen = (host: string, what: string, n = 0): JsonObject => ({
  winlog: { channel: 'Security', computer_name: host, event_id: 4799, event_data: { what, n } },
});
const whatOf = (record: JsonObject): unknown =>
  (record as { winlog: { event_data: { what: unknown } } }).winlog.event_data.what;
const whatIn = ({ raw }: { raw: Poison['raw'] }): unknown => whatOf(JSON.parse(String(raw)));

const source = { tenant: 't', id: 'feed' };
const AT = Date.UTC(2026, 10, 25, 7);

/** Stands for the process's death: nothing of the worker is used after it. */
class Died extends Error {}

let dir = '';
let log: MemoryLog;
let intake: Intake;
let work: WorkStore;
let poisons: Poison[] = [];
let attempt: Attempt | undefined;
let onPoison: (poison: Poison) => void = () => undefined;

beforeEach(() => {
  expect(problems).toEqual([]);
  dir = mkdtempSync(join(tmpdir(), 'bw-worker-'));
  begin();
});
afterEach(async () => {
  await work.close();
  rmSync(dir, { recursive: true, force: true });
});

function begin(): void {
  log = new MemoryLog();
  intake = new Intake({ log, clock: { now: () => AT }, incarnation: 'i' });
  work = openWorkStore({ path: join(dir, 'work') });
  poisons = [];
  attempt = undefined;
  onPoison = () => undefined;
}

const marker: AttemptMarker = {
  unfinished: () => attempt,
  begin: (now) => {
    attempt = now;
  },
  end: () => {
    attempt = undefined;
  },
};

const send = (records: readonly JsonObject[], digest?: string) =>
  intake.deliver({
    source,
    door: 'bulk',
    records: records.map((record) => ({ record, raw: JSON.stringify(record) })),
    ...(digest === undefined ? {} : { digest }),
  });

/** A worker as a process starts it: runs until all is worked off, or dies at the visit of a crash point. */
async function run(
  dieAt?: { point: string; visit: number },
  kill?: (record: JsonObject) => void,
  whenIdle?: () => void,
  isLast = true,
): Promise<void> {
  const lake = join(dir, 'lake');
  const buffer = await openLakeBuffer({ dir: lake, writer: `w${Math.random().toString(36).slice(2)}`, memoryMb: 128 });
  // Of a process that dies nothing goes on; here a write under way does, and must not find its database closed.
  const writing: Promise<unknown>[] = [];
  const flush = buffer.flush.bind(buffer);
  buffer.flush = () => {
    const files = flush();
    writing.push(files);
    return files;
  };
  const recent = new RecentIds();
  await rememberRecent(lake, work.allFiles(), 0, (id) => recent.add(id));
  const match = createMatching(engine, 't');
  const done = new AbortController();
  let visits = 0;
  const worker = new LaneWorker({
    claim: work.claim('worker-0'),
    lanes: Array.from({ length: LANES }, (_, lane) => lane),
    log,
    work,
    buffer,
    clock: { now: () => AT },
    marker,
    recent,
    unpack: eventsOf,
    match: (_tenant, event) => {
      kill?.(event.record);
      return match(event);
    },
    correlated: correlatedObservation(engine.feeders),
    onPoison: (poison) => {
      onPoison(poison);
      poisons.push(poison);
    },
    flush: { bytes: 2000, milliseconds: 0 },
    crashPoint: (point) => {
      if (point !== dieAt?.point) return;
      visits += 1;
      if (visits === dieAt.visit) throw new Died();
    },
  });
  // It waits for more only when all is worked off.
  let waits = 0;
  const more = async () => {
    whenIdle?.();
    waits += 1;
    // As the server does beside it.
    await trimLog(log, work);
    if (isLast || waits > 3 || (await log.size()) === 0) done.abort();
  };
  Object.assign(log, { more });
  try {
    await worker.run(done.signal);
    await trimLog(log, work);
  } finally {
    await Promise.allSettled(writing);
    await new Promise(setImmediate);
    await buffer.close();
  }
}

async function idsInLake(): Promise<string[]> {
  const ids: string[] = [];
  await rememberRecent(join(dir, 'lake'), work.allFiles(), 0, (id) => ids.push(id));
  return ids.sort();
}

const detections = () => work.detections(0, 100_000);

describe('a worker', () => {
  test('puts every event into the lake and every hit into detections, with the event it rests on', async () => {
    await send([seen('a', 'odd', 1), seen('b', 'even'), seen('a', 'odd', 2)]);
    await run();
    expect(await idsInLake()).toHaveLength(3);
    expect(
      detections().map(({ detection, events }) => [
        detection.detector.title,
        events.map(({ raw }) => JSON.parse(raw).winlog.event_data.n),
      ]),
    ).toEqual([
      ['Odd', [1]],
      ['Odd', [2]],
    ]);
    expect(await log.size()).toBe(0);
  });

  test('counts what is sent again once, also after a restart, and keeps apart what is only alike', async () => {
    const records = [seen('a', 'odd'), seen('a', 'odd')];
    await send(records, 'digest-1');
    await run();
    await send(records, 'digest-1');
    await run();
    expect(await idsInLake()).toHaveLength(2);
    expect(detections()).toHaveLength(2);
    expect(work.counts('t|feed|')).toEqual(new Map([['t|feed|duplicates', 2]]));
    await send(records, 'digest-2');
    await run();
    expect(await idsInLake()).toHaveLength(4);
  });

  test('what was sent again only leaves the log, though nothing of it gets into the lake', async () => {
    const records = [seen('a', 'odd'), seen('a', 'odd')];
    await send(records, 'digest-1');
    await run();
    await send(records, 'digest-1');
    let left: number | undefined;
    await run(undefined, undefined, () => {
      left = log.appended.length - [...work.offsets().values()].reduce((sum, { lake }) => sum + lake, 0);
    });
    expect(left).toBe(0);
  });

  test('puts an event aside that fails twice, and goes on with the rest', async () => {
    await send([seen('a', 'odd'), seen('a', 'poison'), seen('a', 'odd', 2)]);
    await run(undefined, (record) => {
      if (whatOf(record) === 'poison') throw new Error('no rule for this');
    });
    expect(poisons.map((poison) => [poison.code, whatIn(poison)])).toEqual([['WORKER_EVENT_POISON', 'poison']]);
    expect(await idsInLake()).toHaveLength(2);
    expect(detections()).toHaveLength(2);
  });

  test('finds the event that ends its process, after it was begun twice alone', async () => {
    await send([seen('a', 'odd'), seen('a', 'deadly'), seen('a', 'odd', 2)]);
    log.trim = async () => undefined;
    // A death is no error that could be caught: it leaves the marker as it was, and nothing of what came after.
    const dies = async () => {
      let during: Attempt | undefined;
      await run(undefined, (record) => {
        if (whatOf(record) === 'deadly') during ??= attempt;
      });
      attempt = during;
    };
    for (let life = 0; life < 4 && !poisons.some(({ message }) => message.includes('ended')); life += 1) {
      await work.close();
      rmSync(join(dir, 'work'), { recursive: true, force: true });
      work = openWorkStore({ path: join(dir, 'work') });
      await dies();
    }
    expect(poisons.filter(({ message }) => message.includes('ended')).map(whatIn)).toEqual(['deadly']);
  });

  test('finds two such events in one batch: the second does not bring the first back', async () => {
    await send([seen('a', 'deadly', 1), seen('a', 'odd'), seen('a', 'deadly', 2)]);
    log.trim = async () => undefined;
    const [logged] = log.appended;
    // A process that died at an event: its marker stands, and what it had committed.
    const die = (ordinal: number, tries: number) => {
      attempt = { lane: logged?.lane ?? 0, position: 1, ordinal, tries };
    };
    const begun: number[] = [];
    const live = () =>
      run(undefined, (record) => {
        if (whatOf(record) !== 'deadly') return;
        begun.push((attempt?.ordinal ?? -1) + 1);
        // Nothing after this happens in the process that dies: the worker ends here, its marker as it is.
        throw new Error('dead');
      });
    die(0, 2);
    await live();
    expect(poisons.filter(({ message }) => message === 'it ended the worker').map(({ ordinal }) => ordinal)).toEqual([
      0,
    ]);
    work.commit({ lake: new Map([[logged?.lane ?? 0, 0]]) });
    die(2, 1);
    begun.length = 0;
    await live();
    expect(begun).not.toContain(1);
  });

  test('writes its place in the log down where there were only repeats, so that the log is trimmed', async () => {
    const records = [seen('a', 'odd')];
    await send(records, 'digest');
    await run();
    await send(records, 'digest');
    await run(undefined, undefined, undefined, false);
    expect(await log.size()).toBe(0);
  });

  test('ends, and loses nothing, where it cannot keep aside what it has to put aside', async () => {
    await send([seen('a', 'odd'), seen('a', 'poison'), seen('a', 'odd', 2)]);
    const kill = (record: JsonObject) => {
      if (whatOf(record) === 'poison') throw new Error('no rule for this');
    };
    let full = 5;
    onPoison = () => {
      full -= 1;
      if (full >= 0) throw new Error('ENOSPC');
    };
    // The disk is full five times, and has room for the sixth.
    for (let life = 0; life < 5; life += 1) await expect(run(undefined, kill)).rejects.toThrow('ENOSPC');
    await run(undefined, kill);
    expect(poisons.map(({ code }) => code)).toEqual(['WORKER_EVENT_POISON']);
    expect(await idsInLake()).toHaveLength(2);
  });

  test('with another number of workers, one that still runs keeps nothing of its lanes', async () => {
    const old = work.claim('worker-2-of-3', 'lane-2', 'lane-5');
    const now = work.claim('worker-1-of-2', 'lane-1', 'lane-3', 'lane-5');
    expect(() => work.commit({ claim: old, lake: new Map([[5, 7]]) })).toThrow(/worker-2-of-3|lane-5/);
    work.commit({ claim: now, lake: new Map([[5, 7]]) });
    expect(work.offsets().get(5)?.lake).toBe(7);
  });

  test('says how far it has come no further than what it may not have seen yet', async () => {
    // Lane A is looked at before an append, lane B after it: what A got of it may be older than what B got.
    await send([seen('a', 'even'), seen('b', 'even')], 'one');
    const [first] = log.appended.map(({ lane }) => lane).toSorted((a, b) => a - b);
    const late = log.appended.filter(({ lane }) => lane === first);
    expect(new Set(log.appended.map(({ lane }) => lane)).size).toBe(2);
    const read = log.read.bind(log);
    let turns = 0;
    log.read = async (lane, after, bytes) => {
      if (lane === 0) turns += 1;
      return lane === first && turns === 1 ? [] : read(lane, after, bytes);
    };
    const seenProgress: number[] = [];
    const commit = work.commit.bind(work);
    work.commit = (what) => {
      if (turns === 1)
        seenProgress.push(Number(Buffer.from(what.snapshots?.get('progress|worker-0') ?? '').toString()));
      commit(what);
    };
    await run();
    expect(late).toHaveLength(1);
    expect(Math.max(...seenProgress)).toBeLessThan(AT - 1);
  });

  test('sets a damaged batch aside whole', async () => {
    await send([seen('a', 'odd')]);
    const [first] = log.appended;
    const damaged = Buffer.from(first?.bytes ?? '');
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    await log.append([{ lane: first?.lane ?? 0, bytes: damaged, events: 1 }]);
    await send([seen('a', 'odd', 2)]);
    await run();
    expect(poisons.map(({ code, raw }) => [code, raw])).toEqual([['WORKER_BATCH_DAMAGED', damaged]]);
    expect(await idsInLake()).toHaveLength(2);
  });

  test('counts what is damaged once, though it is read again after a crash', async () => {
    await log.append([{ lane: 3, bytes: Buffer.from('damaged'), events: 1 }]);
    await expect(run({ point: 'after detections before lake', visit: 1 })).rejects.toThrow(Died);
    await run();
    expect(poisons).toHaveLength(1);
    expect(work.counts('')).toEqual(new Map([['||WORKER_BATCH_DAMAGED', 1]]));
  });

  test('whatever it was at when it died: each event is in the lake once, each hit detected once', async () => {
    const record = fc.record({
      host: fc.constantFrom('a', 'b', 'c', 'd'),
      what: fc.constantFrom('odd', 'even'),
      n: fc.nat(1000),
    });
    const deliveries = fc.array(fc.array(record, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 6 });
    const deaths = fc.array(
      fc.record({ point: fc.constantFrom(...workerCrashPoints), visit: fc.integer({ min: 1, max: 3 }) }),
      { maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(deliveries, deaths, async (sent, deadly) => {
        await work.close();
        rmSync(dir, { recursive: true, force: true });
        begin();
        let at = 0;
        for (const death of [...deadly, undefined]) {
          const part = sent.slice(at, death === undefined ? undefined : at + 2);
          at += part.length;
          for (const [index, records] of part.entries())
            await send(
              records.map(({ host, what, n }) => seen(host, what, n)),
              `${at}-${index}`,
            );
          await run(death).catch((error: unknown) => {
            if (!(error instanceof Died)) throw error;
          });
        }
        const all = sent.flat();
        const ids = await idsInLake();
        expect(ids.length).toBe(all.length);
        expect(new Set(ids).size).toBe(all.length);
        expect(detections().length).toBe(all.filter(({ what }) => what === 'odd').length);
        expect(await log.size()).toBe(0);
      }),
      { numRuns: 25 },
    );
  });
});
