import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWorkStore } from '../adapters/sqlite/work-store.ts';
import type { LakeFile } from '../contracts/lake.ts';
import { SecondStage, Upkeep } from '../detect/index.ts';
import type { WorkStore } from '../ports/work-store.ts';
import { healthOfSources, ingestHealth, lakeState } from './ingest-health.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 23);

let dir = '';
let work: WorkStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bridgewatch-health-'));
  work = openWorkStore({ path: join(dir, 'work') });
});
afterEach(async () => {
  await work.close();
  rmSync(dir, { recursive: true });
});

const file = (tenant: string, hour: string, bytes: number): LakeFile => ({
  tenant,
  hour,
  name: `tenant=${tenant}/hour=${hour}/a.parquet`,
  rows: 10,
  bytes,
  rawBytes: 10 * bytes,
  minTime: START,
  maxTime: START,
  merges: 0,
});

/** What workers tell of a source that fills twelve fields, of which one ceases to be filled in the last hours. */
function watched(tenant: string): void {
  const claim = work.claim('worker-0');
  const upkeep = new Upkeep(() => new Map());
  const fields = Array.from({ length: 12 }, (_, n) => `f${n}`);
  for (let hour = 0; hour < 60; hour += 1) {
    const receivedAt = START + hour * HOUR;
    const filled = Object.fromEntries(fields.map((name, n) => [name, name === 'f11' && hour >= 55 ? 0 : 40 + 5 * n]));
    upkeep.take({
      sequence: hour,
      id: `o${hour}`,
      kind: upkeep.kind,
      tenant,
      body: {
        source: 'dc',
        lens: 'winlogbeat7',
        receivedAt,
        minutes: [[receivedAt / MINUTE, 600]],
        samples: [{ group: '["process_start","windows",""]', events: 100, filled }],
      },
    });
    upkeep.advance(receivedAt + 59 * MINUTE);
  }
  const stage = new SecondStage({
    work,
    claim,
    clock: { now: () => START },
    observers: [upkeep],
    workers: ['worker-0'],
  });
  stage.save();
}

describe('health of sources', () => {
  test('what ceased to be filled comes first, then the least filled, and no more than ten', () => {
    watched('main');
    const [health, ...more] = healthOfSources(work, 'main');
    expect(more).toEqual([]);
    expect(health).toMatchObject({ source: 'dc', isYoung: true, isSilent: false, lastSeenAt: START + 59 * HOUR });
    expect(health?.fields).toHaveLength(10);
    expect(health?.fields[0]).toMatchObject({ field: 'f11', hasEnded: true });
    const shares = health?.fields.slice(1).map(({ share }) => share) ?? [];
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(health?.fields[1]).toMatchObject({ field: 'f0', hasEnded: false });
  });

  test('what workers counted stands with its source, also where the watch does not know it; tenants stay apart', () => {
    watched('main');
    work.commit({
      counts: new Map([
        ['main|dc|duplicates', 3],
        ['main|dc|WORKER_EVENT_POISON', 1],
        ['main|odd|WORKER_RECORD_DAMAGED', 2],
        ['main2|dc|duplicates', 99],
      ]),
    });
    const told = healthOfSources(work, 'main').map(({ source, lastSeenAt, duplicates, setAside }) => ({
      source,
      isKnown: lastSeenAt !== null,
      duplicates,
      setAside,
    }));
    expect(told).toEqual([
      { source: 'dc', isKnown: true, duplicates: 3, setAside: { WORKER_EVENT_POISON: 1 } },
      { source: 'odd', isKnown: false, duplicates: 0, setAside: { WORKER_RECORD_DAMAGED: 2 } },
    ]);
    expect(healthOfSources(work, 'other')).toEqual([]);
  });
});

describe('the lake of a tenant', () => {
  test('is its own files and their oldest hour, beside the disk of all', () => {
    expect(lakeState(work, 'main')).toEqual({ lake: { bytes: 0, rows: 0, oldestHour: null }, disk: null });
    const disk = { state: 'near', bytes: 95, budget: 100, rawDropped: 2, filesDropped: 0 };
    work.commit({
      files: [file('main', '2026-11-23T07', 5), file('main', '2026-11-22T23', 6), file('other', '2026-11-01T00', 100)],
      snapshots: new Map([['disk', Buffer.from(JSON.stringify(disk))]]),
    });
    expect(lakeState(work, 'main')).toEqual({ lake: { bytes: 11, rows: 20, oldestHour: '2026-11-22T23' }, disk });
  });

  test('is told to its own tenant with workers, doors and backlog, and looked up anew after some seconds', async () => {
    let now = START;
    const child = { ready: Promise.resolve(), pid: 7, restarts: 2, stop: async () => undefined };
    const ingest = {
      work,
      workers: [child],
      keeper: { ...child, pid: undefined, restarts: 0 },
      backlog: async () => 4,
      http: { url: 'http://127.0.0.1:9200' },
    };
    const asked = ingestHealth({ ingest, doors: { open: ['syslog on 127.0.0.1:6514 (TLS)'] } }, 'main', {
      now: () => now,
    });
    const before = await asked.ingest('main');
    expect(before).toMatchObject({
      lake: { bytes: 0 },
      backlog: 4,
      workers: [
        { name: 'worker-0-of-1', isRunning: true, restarts: 2 },
        { name: 'keeper', isRunning: false, restarts: 0 },
      ],
      door: 'http://127.0.0.1:9200',
      otherDoors: ['syslog on 127.0.0.1:6514 (TLS)'],
    });
    work.commit({ files: [file('main', '2026-11-23T07', 5)] });
    now += 3000;
    expect((await asked.ingest('main'))?.lake?.bytes).toBe(0);
    now += 3000;
    expect((await asked.ingest('main'))?.lake?.bytes).toBe(5);
    expect(await asked.ingest('other')).toBeUndefined();
    expect(asked.sourceHealth('other')).toEqual([]);
  });
});
