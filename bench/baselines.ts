import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openWorkStore } from '../src/adapters/sqlite/work-store.ts';
import type { Activity } from '../src/contracts/event.ts';
import { all } from '../src/detect/baselines/all.ts';
import { Normal } from '../src/detect/baselines/normal.ts';
import { packSightings, unpackSightings } from '../src/detect/baselines/sighting-rows.ts';
import { Folding } from '../src/detect/baselines/sightings.ts';
import { Baselines } from '../src/detect/index.ts';
import { PagedState } from '../src/detect/worker/paged-state.ts';
import { seeded } from '../src/kernel/seeded.ts';
import { simulateBudget } from './baselines/budget-sim.ts';
import { Company } from './baselines/company.ts';
import { flood } from './baselines/flood.ts';

/**
 * Every baseline on, one core, JSON lines: `speed` (events a second through folding, rows and the second stage, activities given),
 * `memory` (bytes with a million entities; ms to look a snapshot over, to write it, and to come back from it), `budget` (what is said of chance alone), `flood` (each baseline
 * under nothing but new names).
 * `--part speed|memory|budget|flood|all`, `--events <n>`, `--entities <n>`, `--flood <n>`, `--only <baseline>`.
 */
const { values } = parseArgs({
  options: {
    part: { type: 'string', default: 'all' },
    events: { type: 'string', default: '3000000' },
    entities: { type: 'string', default: '1000000' },
    flood: { type: 'string', default: '2000000' },
    only: { type: 'string' },
  },
});
const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const is = (part: string): boolean => values.part === part || values.part === 'all';
/** Milliseconds of event time that a worker holds back. */
const GRAIN = 10_000;
const START = Date.UTC(2026, 0, 5);

if (is('speed')) speed(Number(values.events));
if (is('memory')) memory(Number(values.entities));
if (is('budget')) budget();
if (is('flood')) for (const line of flood(Number(values.flood), values.only)) say({ part: 'flood', ...line });

/** A company of 400 hosts that sends 2,000 events a second, ten seconds at a time, as a worker and the second stage have it. */
function speed(events: number): void {
  const company = new Company({ hosts: 400, users: 300, seed: 1 });
  const folding = new Folding();
  const normal = new Normal(all);
  const made = Array.from({ length: 200_000 }, () => company.event(START));
  const acts = made.map(({ lens, record }): Activity => lens.activity(record));
  let [folded, packed, judged, rows, told] = [0, 0, 0, 0, 0];
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  for (let from = 0; from < events; from += 20_000) {
    const at = START + (from / 20_000) * GRAIN;
    let before = performance.now();
    for (let n = 0; n < 20_000; n += 1) {
      const place = (from + n) % made.length;
      const [event, activity] = [made[place], acts[place]];
      if (event !== undefined && activity !== undefined) folding.see('acme', event, activity, at + Math.floor(n / 2));
    }
    const sightings = folding.take().get('acme') ?? [];
    folded += performance.now() - before;
    before = performance.now();
    const body = JSON.stringify(packSightings(sightings, at));
    const back = unpackSightings('acme', JSON.parse(body));
    packed += performance.now() - before;
    before = performance.now();
    for (const sighting of back) told += normal.see(sighting, at).length;
    judged += performance.now() - before;
    rows += back.length;
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuSeconds = (user + system) / 1e6;
  say({
    part: 'speed',
    baselines: all.length,
    events,
    seconds: round(seconds),
    cpuSeconds: round(cpuSeconds),
    eventsPerSecond: Math.round(events / seconds),
    eventsPerCpuSecond: Math.round(events / cpuSeconds),
    sightingsPerEvent: round(rows / events),
    microsecondsAnEvent: { fold: each(folded, events), rows: each(packed, events), judge: each(judged, events) },
    told,
  });
}

/** A million entities, two in three of them hosts, each doing a day's things on each of some days. */
function memory(entities: number): void {
  const hosts = Math.round((entities * 2) / 3);
  const company = new Company({ hosts, users: entities - hosts, seed: 2 });
  const baselines = new Baselines();
  let sequence = 0;
  const started = performance.now();
  for (let day = 0; day < 3; day += 1) {
    for (let host = 0; host < hosts; host += 1000) {
      const folding = new Folding();
      const at = START + day * 86_400_000 + (host / hosts) * 36_000_000;
      for (let n = 0; n < 1000; n += 1)
        for (const event of company.dayOf(host + n, at))
          folding.see('acme', event, event.lens.activity(event.record), at);
      sequence += 1;
      const body = packSightings(folding.take().get('acme') ?? [], at);
      baselines.take({ sequence, id: String(sequence), kind: 'baselines', tenant: 'acme', body });
    }
  }
  const filled = (performance.now() - started) / 1000;
  const paged = new PagedState();
  let before = performance.now();
  const first = paged.changes([baselines], sequence, []);
  const snapshot = performance.now() - before;
  const bytes = [...first.values()].reduce((sum, page) => sum + page.length, 0);
  const dir = mkdtempSync(join(tmpdir(), 'bw-bench-baselines-'));
  const work = openWorkStore({ path: join(dir, 'work') });
  before = performance.now();
  work.commit({ snapshots: first });
  const written = performance.now() - before;
  before = performance.now();
  paged.changes([baselines], sequence, []);
  const unchanged = performance.now() - before;
  before = performance.now();
  new PagedState().load(work, [new Baselines()]);
  const restored = performance.now() - before;
  void work.close().then(() => rmSync(dir, { recursive: true }));
  say({
    part: 'memory',
    entities,
    bytes: baselines.bytes,
    mebibytes: Math.round(baselines.bytes / 2 ** 20),
    bytesAnEntity: Math.round(baselines.bytes / entities),
    byBaseline: baselines.byBaseline,
    snapshotBytes: bytes,
    snapshotMs: Math.round(snapshot),
    writtenMs: Math.round(written),
    unchangedSnapshotMs: Math.round(unchanged),
    restoredMs: Math.round(restored),
    secondsToFill: round(filled),
    rssMebibytes: Math.round(process.memoryUsage.rss() / 2 ** 20),
  });
}

function budget(): void {
  const worlds = {
    'chance alone, p right': { wrongBy: [1], attackDays: 0 },
    'chance alone, p wrong by up to 1,000': { wrongBy: [1, 0.1, 0.01, 0.001, 3], attackDays: 0 },
    'chance alone, p right, two in three hardly ever speak': {
      wrongBy: [1],
      spokenBy: [1, 0.001, 0.001],
      attackDays: 0,
    },
    'chance alone, p right, all hardly ever speak': { wrongBy: [1], spokenBy: [0.001], attackDays: 0 },
    'five true ones on one day in ten, p right': { wrongBy: [1], attackDays: 0.1 },
    'five true ones on one day in ten, two in three hardly ever speak': {
      wrongBy: [1],
      spokenBy: [1, 0.001, 0.001],
      attackDays: 0.1,
    },
    'five true ones on one day in ten, all hardly ever speak': { wrongBy: [1], spokenBy: [0.001], attackDays: 0.1 },
    'five true ones on one day in ten, p wrong by up to 1,000': { wrongBy: [1, 0.1, 0.01, 0.001, 3], attackDays: 0.1 },
  };
  const tenants = 40;
  for (const [world, given] of Object.entries(worlds)) {
    const runs = Array.from({ length: tenants }, (_, seed) =>
      simulateBudget({ days: 60, baselines: 23, entities: 500, attackSize: 5, ...given, random: seeded(seed) }),
    );
    const mean = (name: keyof (typeof runs)[number]) => round(runs.reduce((sum, run) => sum + run[name], 0) / tenants);
    say({
      part: 'budget',
      world,
      tenants,
      days: mean('daysJudged'),
      claimsADay: mean('claimsADay'),
      saidADay: mean('saidADay'),
      falseADay: mean('falseADay'),
      falseShare: mean('falseShare'),
      trueSaid: mean('trueSaid'),
      mostInADay: Math.max(...runs.map(({ mostInADay }) => mostInADay)),
    });
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function each(milliseconds: number, events: number): number {
  return round((milliseconds * 1000) / events);
}
