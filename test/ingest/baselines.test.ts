import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import type { Sighting } from '../../src/detect/baselines/sighting.ts';
import { packSightings } from '../../src/detect/baselines/sighting-rows.ts';
import { Baselines, baselineCounts, SecondStage, unlearnObservation } from '../../src/detect/index.ts';
import { seeded } from '../../src/kernel/seeded.ts';
import type { Observation, WorkStore } from '../../src/ports/work-store.ts';
import { DAY, HOUR, MONDAY, sighting } from '../support/sighting.ts';

let dir: string;
let works: WorkStore[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bw-baselines-'));
});
afterEach(async () => {
  for (const work of works) await work.close();
  works = [];
  rmSync(dir, { recursive: true, force: true });
});

function open(name: string): WorkStore {
  const work = openWorkStore({ path: join(dir, name) });
  works.push(work);
  return work;
}

let said = 0;

function observation(sightings: readonly Sighting[], receivedAt: number): Observation {
  said += 1;
  return { id: `said ${said}`, kind: 'baselines', tenant: 'acme', body: packSightings(sightings, receivedAt) };
}

const start = (at: number, n: number, image: string): Sighting =>
  sighting('process_start', at, {
    host: `ws${n}`,
    user: `p${n}`,
    image,
    parent: 'explorer.exe',
    raw: JSON.stringify({ image, n }),
    event: `event ${at} ${n} ${image}`,
  });

/** Thirty days of twenty people, hour by hour; on some of the last days one of them runs something that nobody has. */
function month(): { readonly at: number; readonly observation: Observation }[] {
  const random = seeded(7);
  const programs = ['excel.exe', 'outlook.exe', 'chrome.exe', 'teams.exe'];
  return Array.from({ length: 30 * 12 }, (_, hour) => {
    const at = MONDAY + Math.floor(hour / 12) * DAY + (7 + (hour % 12)) * HOUR;
    const seen = Array.from({ length: 20 }, (_each, n) =>
      start(at + n * 1000, n + 1, programs[Math.floor(random() * 4)] ?? ''),
    );
    const day = Math.floor(hour / 12);
    if (hour % 12 === 3 && [22, 25, 28].includes(day)) seen.push(start(at + 60_000, day - 20, `tool${day}.exe`));
    return { at: at + 120_000, observation: observation(seen, at + 120_000) };
  });
}

const progress = (at: number) => new Map([['progress|worker-0', Buffer.from(String(at))]]);

interface Run {
  readonly work: WorkStore;
  stage: SecondStage;
}

function run(name: string, pagesEvery: number, clock: { now(): number }): Run {
  const work = open(name);
  return { work, stage: stageOf(work, pagesEvery, clock) };
}

function stageOf(work: WorkStore, pagesEvery: number, clock: { now(): number }): SecondStage {
  const claim = work.claim('worker-0');
  const observers = [new Baselines()];
  return new SecondStage({
    work,
    claim,
    clock,
    observers,
    workers: ['worker-0'],
    snapshotEvery: 10 * HOUR,
    pagesEvery,
  });
}

const idsIn = (work: WorkStore) => work.detections(0, 1000).map(({ detection }) => detection.id);

describe('baselines in the second stage', () => {
  it('say the same after a crash at any point, and nothing twice', () => {
    let now = MONDAY;
    const clock = { now: () => now };
    const whole = run('whole', 7 * DAY, clock);
    const broken = run('broken', 7 * DAY, clock);
    const random = seeded(3);
    let crashes = 0;
    for (const { at, observation: one } of month()) {
      now = at;
      for (const each of [whole, broken]) {
        each.work.commit({ observations: [one], snapshots: progress(at) });
        if (each === broken && random() < 0.2) {
          crashes += 1;
          each.stage = stageOf(each.work, 7 * DAY, clock);
        }
        each.stage.step();
      }
    }
    expect(crashes).toBeGreaterThan(40);
    const told = whole.work.detections(0, 1000);
    expect(new Set(told.map(({ detection }) => detection.detector.id))).toContain('baseline:first-program-in-tenant');
    expect(told.map(({ detection }) => detection.fields[0]?.value).join('\n')).toContain('ran tool22.exe (on ws2)');
    expect(idsIn(broken.work)).toEqual(idsIn(whole.work));
    expect(new Set(idsIn(broken.work)).size).toBe(idsIn(broken.work).length);
    const [first] = told;
    expect(JSON.parse(first?.events[0]?.raw ?? '{}')).toMatchObject({ image: 'tool22.exe' });
    whole.stage.save();
    broken.stage.save();
    expect(baselineCounts(broken.work, 'acme')).toEqual(baselineCounts(whole.work, 'acme'));
    expect(baselineCounts(whole.work, 'acme')?.said).toBe(told.length);
    expect(whole.work.observations(0, 10)).toEqual([]);
  });

  it('write only the pages that have changed', () => {
    const now = MONDAY + 31 * DAY;
    const { work, stage } = run('pages', 0, { now: () => now });
    let written = 0;
    const commit = work.commit.bind(work);
    work.commit = (given) => {
      for (const page of given.snapshots?.values() ?? []) written += page.length;
      commit(given);
    };
    for (const { observation: one } of month()) work.commit({ observations: [one] });
    work.commit({ snapshots: progress(now) });
    stage.save();
    stage.step();
    const first = written;
    written = 0;
    stage.save();
    expect(first).toBeGreaterThan(100_000);
    expect(written).toBeLessThan(first / 10);
  });

  it('forget what a person called a threat: a second time it is strange again', () => {
    let now = MONDAY;
    const clock = { now: () => now };
    const saidAgain = (withVerdict: boolean): string[] => {
      const { work, stage } = run(`verdict ${withVerdict}`, DAY, clock);
      for (const { at, observation: one } of month()) {
        now = at;
        work.commit({ observations: [one], snapshots: progress(at) });
        stage.step();
      }
      const to = now;
      if (withVerdict) {
        const entities = [{ kind: 'host', value: 'ws8' } as const];
        const what = { tenant: 'acme', entities, from: to - 3 * DAY, to };
        work.commit({ observations: [unlearnObservation(what, 'd1', to + 1), unlearnObservation(what, 'd1', to + 2)] });
      }
      // Next morning the same tool, on the same host.
      const again = MONDAY + 30 * DAY + 9 * HOUR;
      work.commit({ observations: [observation([start(again, 8, 'tool28.exe')], again)], snapshots: progress(again) });
      const later = again + 3 * HOUR;
      work.commit({ observations: [observation([start(later, 8, 'excel.exe')], later)], snapshots: progress(later) });
      stage.step();
      return work
        .detections(0, 1000)
        .filter(({ detection }) => detection.at === again)
        .map(({ detection }) => detection.detector.id);
    };
    expect(saidAgain(false)).toEqual([]);
    expect(saidAgain(true)).toContain('baseline:first-program-in-tenant');
  });

  it('keep their keys by a secret of the deployment, which comes back with the state', () => {
    const seen = month();
    const taught = (secret: { a: number; b: number }, until: number): Baselines => {
      const baselines = new Baselines({ secret });
      for (const [at, { observation: one }] of seen.slice(0, until).entries())
        baselines.take({ ...one, sequence: at + 1 });
      return baselines;
    };
    const pagesOf = (baselines: Baselines) =>
      new Map([...baselines.pages()].map(([name, page]) => [name, page.slice()] as const));
    const keys = 'past|entities|low|0';
    const [one, other] = [pagesOf(taught({ a: 1, b: 2 }, 40)), pagesOf(taught({ a: 3, b: 4 }, 40))];
    expect(one.get(keys)).toBeDefined();
    expect(one.get(keys)).not.toEqual(other.get(keys));
    const whole = taught({ a: 1, b: 2 }, seen.length);
    const said = whole.advance().map(({ detection }) => detection.id);
    expect(said.length).toBeGreaterThan(0);
    const first = pagesOf(taught({ a: 1, b: 2 }, 200));
    // Another is drawn at the next start; that of the state holds.
    const again = new Baselines({ secret: { a: 9, b: 9 } });
    again.restorePages(first);
    for (const [at, { observation: next }] of seen.slice(200).entries()) again.take({ ...next, sequence: at + 201 });
    expect(again.advance().map(({ detection }) => detection.id)).toEqual(said);
    expect(pagesOf(again).get(keys)).toEqual(pagesOf(whole).get(keys));
    new Baselines();
  });

  it('learn from history, and do not speak of it', () => {
    const now = MONDAY + 60 * DAY;
    const { work, stage } = run('history', DAY, { now: () => now });
    for (const { observation: one } of month()) {
      const body = { ...(one.body as object), receivedAt: now };
      work.commit({ observations: [{ ...one, body }] });
    }
    work.commit({ snapshots: progress(now) });
    stage.step();
    stage.save();
    expect(idsIn(work)).toEqual([]);
    expect(baselineCounts(work, 'acme')?.history).toBeGreaterThan(0);
  });
});
