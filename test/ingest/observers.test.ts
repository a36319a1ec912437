import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryLake } from '../../src/adapters/memory-lake/lake.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import { loadPlaybooks } from '../../src/cli/load.ts';
import { Detection } from '../../src/contracts/detection.ts';
import type { JsonObject, SourceEvent } from '../../src/contracts/event.ts';
import {
  Correlations,
  correlatedObservation,
  createDetecting,
  createMatching,
  SecondStage,
  sourceHealth,
  Upkeep,
  Watch,
} from '../../src/detect/index.ts';
import { eventOf } from '../../src/ingest/index.ts';
import { stableId } from '../../src/kernel/ids.ts';
import type { Observation, WorkStore } from '../../src/ports/work-store.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { createPipeline } from '../../src/topology.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 23);
const rules = `title: Failed
id: 6c0a3c1e-0000-4000-8000-00000000000a
name: failed
logsource: {product: windows}
detection: {s: {EventID: 4625}, condition: s}
---
title: Succeeded
id: 6c0a3c1e-0000-4000-8000-00000000000b
name: succeeded
logsource: {product: windows}
detection: {s: {EventID: 4624}, condition: s}
---
title: Guessing across hosts
id: 6c0a3c1e-0000-4000-8000-00000000000c
level: high
correlation: {type: value_count, rules: [failed], group-by: [TargetUserName], timespan: 10m, condition: {gte: 3, field: Computer}}
---
title: Guessed
id: 6c0a3c1e-0000-4000-8000-00000000000d
level: high
correlation: {type: temporal_ordered, rules: [failed, succeeded], group-by: [TargetUserName], timespan: 10m}
`;
const { engine, problems } = compileRules([{ file: 'r.yml', text: rules }]);
const other = compileRules([
  {
    file: 'p.yml',
    text: 'title: P\nid: 6c0a3c1e-0000-4000-8000-00000000000e\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {CommandLine|contains: odd}, condition: s}\n',
  },
]).engine;

let dir = '';
let work: WorkStore;
beforeEach(() => {
  expect(problems).toEqual([]);
  dir = mkdtempSync(join(tmpdir(), 'bw-observers-'));
  work = openWorkStore({ path: join(dir, 'work') });
});
afterEach(async () => {
  await work.close();
  rmSync(dir, { recursive: true, force: true });
});

function windowsEvent(code: number, host: string, data: JsonObject, time: number, source = 'dc'): SourceEvent {
  const iso = new Date(time).toISOString();
  const record = {
    '@timestamp': iso,
    winlog: {
      channel: code < 100 ? 'Microsoft-Windows-Sysmon/Operational' : 'Security',
      provider_name: code < 100 ? 'Microsoft-Windows-Sysmon' : 'Microsoft-Windows-Security-Auditing',
      computer_name: host,
      event_id: code,
      event_data: { UtcTime: iso.replace('T', ' ').slice(0, -1), ...data },
    },
    event: { code },
    agent: { type: 'winlogbeat', version: '7.12.1' },
  };
  const raw = JSON.stringify(record);
  const event = eventOf({ id: stableId(raw), time, source, raw });
  if (event === undefined) throw new Error('not an event');
  return event;
}

const claimed = () => work.claim('worker-0');
const progress = (at: number) => new Map([['progress|worker-0', Buffer.from(String(at))]]);

/** The second stage as a start of its process makes it. */
function stage(ruled: typeof engine): SecondStage {
  return new SecondStage({
    work,
    claim: claimed(),
    clock: { now: () => 0 },
    observers: [new Correlations(ruled, eventOf), new Upkeep((origin) => ruled.fieldsFor(origin))],
    workers: ['worker-0'],
    snapshotEvery: 0,
  });
}

describe('correlations across workers', () => {
  const match = createMatching(engine, 't');
  const observe = correlatedObservation(engine.feeders);
  const deliver = (events: readonly { readonly event: SourceEvent; readonly receivedAt: number }[]) => {
    const observations = events.flatMap(({ event, receivedAt }) => {
      const matched = match(event);
      return matched === undefined ? [] : (observe('t', matched, receivedAt, false) ?? []);
    });
    const upTo = Math.max(...events.map(({ receivedAt }) => receivedAt));
    work.commit({ observations, snapshots: progress(upTo) });
  };
  const passes = (to: number) => work.commit({ snapshots: progress(to) });
  const found = () => work.detections(0, 1000);

  /** A thousand logons, some guessed, a second or two apart, each received up to `late` milliseconds after. */
  function logons(late: number): { event: SourceEvent; receivedAt: number }[] {
    let state = 1;
    const draw = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 8) % below;
    };
    return Array.from({ length: 1000 }, (_, at) => {
      const time = START + at * 1500;
      const data = { TargetUserName: `u${draw(40)}`, LogonType: '3' };
      const event = windowsEvent(draw(3) === 0 ? 4624 : 4625, `h${draw(9)}`, data, time);
      return { event, receivedAt: time + draw(late) };
    }).sort((a, b) => a.receivedAt - b.receivedAt);
  }

  test('finds what one process finds that reads all events at once, also when it starts anew at every step', () => {
    const events = logons(50_000);
    const whole = createDetecting(engine, 't');
    const expected = [...whole.push(events.map(({ event }) => event)), ...whole.end()];
    for (let at = 0; at < events.length; at += 50) {
      deliver(events.slice(at, at + 50));
      stage(engine).step();
    }
    passes(START + HOUR);
    stage(engine).step();
    expect(expected.length).toBeGreaterThan(20);
    expect(new Set(found().map(({ detection }) => detection.id))).toEqual(new Set(expected.map(({ id }) => id)));
    for (const { detection, events: kept } of found()) {
      expect(kept.map(({ id }) => id)).toEqual(detection.events);
      expect(kept.every(({ raw }) => raw.includes('winlogbeat'))).toBe(true);
    }
  });

  test('speaks when time has passed, though nothing more comes', () => {
    const at = START;
    deliver(
      ['a', 'b', 'c'].map((host, n) => ({
        event: windowsEvent(4625, host, { TargetUserName: 'x' }, at + n * 1000),
        receivedAt: at + n * 1000,
      })),
    );
    const second = stage(engine);
    second.step();
    expect(found()).toEqual([]);
    passes(at + 30_000);
    second.step();
    expect(found()).toEqual([]);
    passes(at + 62_000);
    second.step();
    expect(found().map(({ detection }) => detection.detector.title)).toEqual(['Guessing across hosts']);
  });

  test('a host whose clock is an hour ahead, or that is cut off for a day, makes nobody else late', () => {
    const odd = [
      { event: windowsEvent(4625, 'ahead', { TargetUserName: 'y' }, START + HOUR), receivedAt: START },
      { event: windowsEvent(4625, 'behind', { TargetUserName: 'y' }, START - 24 * HOUR), receivedAt: START },
    ];
    const usual = ['a', 'b', 'c'].map((host, n) => ({
      event: windowsEvent(4625, host, { TargetUserName: 'x' }, START + n * 1000),
      receivedAt: START + 10 + n * 1000,
    }));
    deliver([...odd, ...usual]);
    passes(START + 5 * MINUTE);
    stage(engine).step();
    expect(found().map(({ detection }) => detection.fields[0]?.value)).toEqual(['x']);
  });

  test('a day of files that is read late, host by host, is counted in the order it happened', () => {
    const then = START - 48 * HOUR;
    const files = ['a', 'b', 'c'].flatMap((host, file) =>
      Array.from({ length: 5 }, (_, n) => ({
        event: windowsEvent(4625, host, { TargetUserName: `u${n}` }, then + n * HOUR + file * MINUTE),
        receivedAt: START + file * 1000 + n,
      })),
    );
    deliver(files);
    passes(START + 2 * MINUTE);
    stage(engine).step();
    const users = found().map(({ detection }) => detection.fields[0]?.value);
    expect(users.sort()).toEqual(['u0', 'u1', 'u2', 'u3', 'u4']);
  });
});

describe('the watch over what comes', () => {
  const start = (n: number, time: number, name = 'CommandLine') =>
    windowsEvent(1, 'ws-1', { Image: 'C:\\a.exe', [name]: `a.exe ${n}`, ProcessId: '4' }, time);

  test('counts every event once by its minute, and holds nothing back for long while it catches up', () => {
    let now = START;
    const watch = new Watch({ claim: claimed(), clock: { now: () => now }, fieldsFor: () => new Map() });
    const event = start(1, START);
    let told = 0;
    for (let n = 0; n < 3000; n += 1) {
      // Half a day of receipts in a few seconds.
      const receivedAt = START - 12 * HOUR + n * 10_000;
      watch.see('t', event, receivedAt);
      if (n % 10 === 0) now += 10;
      for (const { body } of watch.take()) {
        for (const [minute, count] of (body as { minutes: [number, number][] }).minutes) {
          expect(minute).toBeLessThanOrEqual(receivedAt / MINUTE);
          told += count;
        }
      }
      expect(n + 1 - told).toBeLessThanOrEqual(1);
    }
    expect(told).toBe(3000);
  });

  test('a field that the shipper renames is told with the rules that look at it, and shown in the health of its source', () => {
    const claim = claimed();
    let now = START;
    const watch = new Watch({ claim, clock: { now: () => now }, fieldsFor: (origin) => other.fieldsFor(origin) });
    for (let hour = 0; hour < 60; hour += 1) {
      const observations: Observation[] = [];
      for (let n = 0; n < 40; n += 1) {
        now = START + hour * HOUR + n * 90_000;
        watch.see('t', start(n, now, hour < 55 ? 'CommandLine' : 'Command'), now);
        observations.push(...watch.take());
      }
      work.commit({ claim, observations, snapshots: progress(now) });
      new SecondStage({
        work,
        claim,
        clock: { now: () => now },
        observers: [new Upkeep((origin) => other.fieldsFor(origin))],
        workers: ['worker-0'],
      }).step();
    }
    const told = work.detections(0, 100).map(({ detection }) => detection);
    expect(told.map(({ detector }) => detector.title)).toEqual(['Source dc no longer fills CommandLine and 1 more']);
    expect(told[0]?.fields[0]?.pattern).toContain('1 loaded rules look at it');
    const [health] = sourceHealth(work, 't');
    expect(health).toMatchObject({ source: 'dc', isYoung: true, isSilent: false });
    expect(health?.lastSeenAt).toBeGreaterThan(START + 59 * HOUR);
    const ended = health?.fields.filter(({ hasEnded }) => hasEnded).map(({ field }) => field);
    expect(ended).toEqual(['activity.process.commandLine', 'CommandLine']);
    expect(sourceHealth(work, 'another')).toEqual([]);
  });

  test('a silent source becomes a finding that says so', () => {
    const upkeep = new Upkeep(() => new Map());
    const found: Detection[] = [];
    for (let minute = 0; minute < 9 * 1440; minute += 1) {
      const receivedAt = START + minute * MINUTE;
      const body = { receivedAt, lens: 'l', minutes: [[receivedAt / MINUTE, 1]], samples: [] };
      for (const source of minute < 8 * 1440 ? ['a', 'b'] : ['b'])
        upkeep.take({ sequence: 0, id: '', kind: 'upkeep', tenant: 't', body: { ...body, source } });
      found.push(...upkeep.advance(receivedAt + 2 * MINUTE).map(({ detection }) => detection));
    }
    expect(found.map((each) => Detection.parse(each))).toEqual(found);
    const pipeline = createPipeline({ tenant: 't', engine, lake: new MemoryLake(), playbooks: loadPlaybooks() });
    pipeline.take(found);
    const { surfaced } = pipeline.settle();
    expect(surfaced.map(({ title }) => title)).toEqual(['Source a fell silent']);
    expect(surfaced[0]?.firstEventAt).toBe(START + (8 * 1440 - 1) * MINUTE);
  });
});
