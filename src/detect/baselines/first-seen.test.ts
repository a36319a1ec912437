import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import { seeded } from '../../kernel/seeded.ts';
import type { Baseline, MakeBaseline, Surprise } from './baseline.ts';
import { programInTenant } from './first-program-in-tenant.ts';
import { programOnHost } from './first-program-on-host.ts';
import type { Sighting } from './sighting.ts';

/** A baseline with a past, and hours that close as time passes. */
class World {
  readonly past = new PlainPast();
  readonly baseline: Baseline;
  readonly said: Surprise[] = [];
  #closed = MONDAY / HOUR - 1;

  constructor(make: MakeBaseline) {
    this.baseline = make(this.past);
  }

  see(one: Sighting): void {
    this.until(one.last);
    this.past.see(one);
    this.said.push(...this.baseline.see(one));
  }

  until(time: number): void {
    for (; this.#closed < time / HOUR - 1; this.#closed += 1)
      this.said.push(...(this.baseline.close?.('acme', Math.floor(this.#closed) + 1) ?? []));
  }

  runs(at: number, host: string, image: string): void {
    this.see(sighting('process_start', at, { host, user: `owner of ${host}`, image }));
  }
}

/** `days` of `hosts` that run the same four programs, and each day, with some chance, one that is new to them. */
function live(world: World, hosts: number, days: number, chance: number, seed = 1): void {
  const random = seeded(seed);
  for (let day = 0; day < days; day += 1) {
    for (let host = 0; host < hosts; host += 1) {
      const at = MONDAY + day * DAY + 9 * HOUR + host * 1000;
      for (let n = 0; n < 4; n += 1) world.runs(at + n, `ws${host}`, `usual${n}.exe`);
      if (random() < chance) world.runs(at + HOUR, `ws${host}`, `new ${day} ${host}.exe`);
    }
  }
  world.until(MONDAY + days * DAY);
}

describe('first seen and rare', () => {
  it('speaks of what nobody ran, with its numbers, and says nothing while the tenant is young', () => {
    const world = new World(programInTenant);
    live(world, 20, 6, 0);
    world.runs(MONDAY + 6 * DAY, 'ws3', 'early.exe');
    world.until(MONDAY + 7 * DAY);
    expect(world.said).toEqual([]);
    const old = new World(programInTenant);
    live(old, 20, 31, 0);
    old.runs(MONDAY + 31 * DAY + 10 * HOUR, 'ws3', 'late.exe');
    old.until(MONDAY + 31 * DAY + 13 * HOUR);
    const [told] = old.said;
    expect(old.said).toHaveLength(1);
    expect(told?.text).toContain('first time in 31 days that any of 20 hosts ran late.exe (on ws3)');
    expect(told?.numbers).toMatchObject({ days: 31, hosts: 20 });
    expect(told?.p).toBeLessThan(0.005);
  });

  it('speaks less strongly where new things are common', () => {
    const strength = (chance: number): number => {
      const world = new World(programInTenant);
      live(world, 20, 31, chance);
      world.said.length = 0;
      world.runs(MONDAY + 31 * DAY, 'ws3', 'late.exe');
      world.until(MONDAY + 32 * DAY);
      return world.said[0]?.p ?? 1;
    };
    const [never, seldom, often] = [strength(0), strength(0.02), strength(0.5)];
    expect(never).toBeLessThan(seldom / 4);
    expect(seldom).toBeLessThan(0.05);
    expect(often).toBe(1);
  });

  it.each([programOnHost, programInTenant])('says of normal life no more than its p claims', (make) => {
    // 60 days of 40 hosts, each of whose days brings something new with chance 0.03: 53 x 40 days judged.
    const world = new World(make);
    live(world, 40, 60, 0.03, 5);
    const judged = 53 * 40;
    expect(world.said.length).toBeGreaterThan(20);
    for (const p of [0.001, 0.01, 0.05]) {
      const found = world.said.filter((one) => one.p <= p).length;
      expect(found).toBeLessThanOrEqual(1.3 * p * judged + 3 * Math.sqrt(p * judged) + 1);
    }
  });

  it('is not taught more by a flood on one day than by one new thing', () => {
    const strengthAfter = (flood: number): number => {
      const world = new World(programOnHost);
      live(world, 20, 31, 0);
      for (let n = 0; n < flood; n += 1) world.runs(MONDAY + 31 * DAY + n, 'ws3', `noise ${n}.exe`);
      world.until(MONDAY + 32 * DAY);
      world.said.length = 0;
      world.runs(MONDAY + 32 * DAY, 'ws3', 'tool.exe');
      world.until(MONDAY + 33 * DAY);
      return world.said[0]?.p ?? 1;
    };
    const [one, thousand] = [strengthAfter(1), strengthAfter(1000)];
    expect(thousand).toBe(one);
    expect(one).toBeLessThan(0.05);
  });

  it('takes as many days to teach as a habit has', () => {
    const p = (days: number): number => {
      const world = new World(programOnHost);
      live(world, 20, 31, 0);
      for (let day = 0; day < days; day += 1) world.runs(MONDAY + (31 + day) * DAY, 'ws3', `slow ${day}.exe`);
      world.until(MONDAY + (31 + days) * DAY);
      world.said.length = 0;
      world.runs(MONDAY + (31 + days) * DAY, 'ws3', 'tool.exe');
      world.until(MONDAY + (32 + days) * DAY);
      return world.said[0]?.p ?? 1;
    };
    const strengths = [p(0), p(1), p(3), p(8)];
    expect(strengths).toEqual(strengths.toSorted((a, b) => a - b));
    expect(strengths[1]).toBeLessThan(0.05);
  });

  it('forgets what a threat taught it', () => {
    const world = new World(programInTenant);
    live(world, 20, 31, 0);
    const tool = MONDAY + 31 * DAY;
    world.runs(tool, 'ws3', 'tool.exe');
    world.until(tool + DAY);
    expect(world.said).toHaveLength(1);
    world.runs(tool + DAY, 'ws3', 'tool.exe');
    world.baseline.unlearn({
      tenant: 'acme',
      entities: [{ kind: 'host', value: 'ws3' }],
      from: tool,
      to: tool + DAY,
    });
    world.runs(tool + 2 * DAY, 'ws3', 'tool.exe');
    world.runs(tool + 2 * DAY, 'ws3', 'usual1.exe');
    world.until(tool + 3 * DAY);
    expect(world.said.map(({ text }) => text.includes('tool.exe'))).toEqual([true, true]);
    expect(world.said[1]?.p).toBeCloseTo(world.said[0]?.p ?? 0, 3);
  });

  it.each([programOnHost, programInTenant])('goes on from its pages as if nothing had happened', (make) => {
    const world = new World(make);
    live(world, 20, 31, 0.02);
    world.runs(MONDAY + 31 * DAY, 'ws3', 'held.exe');
    const other = make(world.past);
    other.restore(new Map([...world.baseline.pages()].map(([name, page]) => [name, page.slice()])));
    const future = Array.from({ length: 40 }, (_, n) =>
      sighting('process_start', MONDAY + 31 * DAY + n * HOUR, {
        host: `ws${n % 20}`,
        image: n % 7 === 0 ? `f${n}.exe` : 'usual0.exe',
      }),
    );
    const play = (baseline: Baseline): Surprise[] =>
      future.flatMap((one) => [...(baseline.close?.('acme', one.first / HOUR - 1) ?? []), ...baseline.see(one)]);
    const expected = play(world.baseline);
    expect(expected.length).toBeGreaterThan(0);
    expect(play(other)).toEqual(expected);
  });

  it('keeps to its bytes, whatever names come', { timeout: 60_000 }, () => {
    const past = new PlainPast();
    const baseline = programInTenant(past);
    for (let n = 0; n < 1_000_000; n += 1)
      baseline.see({ ...shared, host: `h${n}`, image: `p${n}.exe`, first: MONDAY + n, last: MONDAY + n });
    // 734,000 names at 10 bytes over a load of 0.7, and the log of first times.
    expect(baseline.bytes).toBeLessThan(14 * 2 ** 20);
  });
});

const shared = sighting('process_start', MONDAY);
