import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import type { Baseline, Surprise } from './baseline.ts';
import { beaconing } from './beaconing.ts';
import type { Sighting } from './sighting.ts';

const MINUTE = 60_000;

function call(at: number, host: string, image: string, domain: string): Sighting {
  return sighting('network', at, { host, image, domain, remotePort: 443 });
}

/** Every so many ms, with jitter, from `from` on. */
function beats(chance: Chance, from: number, until: number, every: number, make: (at: number) => Sighting): Sighting[] {
  const made: Sighting[] = [];
  for (let at = from; at < until; at += every * (0.75 + 0.5 * chance.next())) made.push(make(Math.round(at)));
  return made;
}

/**
 * Life of an office: everyone's update service by the clock, everyone's sites, and what only one reads, in bursts. One host in twelve has
 * a program that polls something of its own, from the beginning.
 */
function office(chance: Chance, hosts: number, days: number, from = MONDAY): Sighting[] {
  const made: Sighting[] = [];
  for (let day = 0; day < days; day += 1) {
    const midnight = from + day * DAY;
    const isWorkday = (Math.floor(midnight / DAY) + 3) % 7 < 5;
    for (let number = 0; number < hosts; number += 1) {
      const host = `ws-${number}`;
      const update = (at: number) => call(at, host, 'agent.exe', 'updates.vendor.example');
      made.push(...beats(chance, midnight, midnight + DAY, 30 * MINUTE, update));
      if (number % 12 === 0) {
        const poll = (at: number) => call(at, host, 'poller.exe', `own-${number}.example`);
        made.push(...beats(chance, midnight, midnight + DAY, 20 * MINUTE, poll));
      }
      if (!isWorkday) continue;
      for (let burst = chance.poisson(6); burst > 0; burst -= 1) {
        const site = chance.is(0.6) ? `popular-${chance.below(20)}` : `rare-${number}-${chance.below(25)}`;
        let at = midnight + 8 * HOUR + chance.next() * 9 * HOUR;
        for (let calls = 1 + chance.poisson(8); calls > 0; calls -= 1) {
          made.push(call(Math.round(at), host, 'browser.exe', `${site}.example`));
          at += chance.exponential(40_000);
        }
      }
    }
  }
  return made;
}

interface Run {
  readonly baseline: Baseline;
  readonly past: PlainPast;
}

function start(): Run {
  const past = new PlainPast();
  return { baseline: beaconing(past), past };
}

function live({ baseline, past }: Run, sightings: readonly Sighting[]): Surprise[] {
  const said: Surprise[] = [];
  for (const one of [...sightings].sort((a, b) => a.first - b.first)) {
    past.see(one);
    said.push(...baseline.see(one));
  }
  return said;
}

describe('beaconing', () => {
  it('says nothing of sixty days of office life', () => {
    const said = live(start(), office(new Chance(3), 40, 60));
    expect(said.filter(({ p }) => p < 0.001)).toEqual([]);
    expect(said.length).toBeLessThanOrEqual(2);
  });

  it('speaks within a day of a rhythm to a new destination, once, whoever talks in between', () => {
    const chance = new Chance(4);
    const run = start();
    live(run, office(chance, 40, 40));
    const from = MONDAY + 40 * DAY;
    const implant = (at: number) => call(at, 'ws-7', 'rundll32.exe', 'cdn.bad.example');
    const day = office(chance, 40, 3, from);
    const kept = beats(chance, from + 9 * HOUR, from + 3 * DAY, 5 * MINUTE, implant).filter(() => !chance.is(0.1));
    const said = live(run, [...day, ...kept]);
    expect(said).toHaveLength(1);
    const [surprise] = said;
    expect(surprise).toMatchObject({
      baseline: 'beaconing',
      tenant: 'acme',
      numbers: { hosts: 1, knownHosts: 40, destinationDays: 0 },
      entities: [
        { kind: 'host', value: 'ws-7' },
        { kind: 'domain', value: 'cdn.bad.example' },
      ],
    });
    expect(surprise?.p).toBeLessThan(0.003);
    expect(surprise?.at).toBeLessThan(from + 17 * HOUR);
    expect(surprise?.text).toMatch(
      /^rundll32\.exe on ws-7 calls cdn\.bad\.example every [23]\d\d s \(within \d+ %\): \d+ of/,
    );
    expect(surprise?.sightings[0]?.domain).toBe('cdn.bad.example');
  });

  it('says nothing of a rollout to every host, of a new host, or of what is polled inside a habit', () => {
    const chance = new Chance(6);
    const run = start();
    live(run, office(chance, 40, 30));
    const from = MONDAY + 30 * DAY;
    const made = office(chance, 40, 4, from);
    for (let number = 0; number < 40; number += 1) {
      const start = from + (9 + number / 40) * HOUR;
      const ask = (at: number) => call(at, `ws-${number}`, 'newtool.exe', 'telemetry.newtool.example');
      made.push(...beats(chance, start, from + 4 * DAY, 5 * MINUTE, ask));
    }
    const printer = (at: number) => call(at, 'printer-9', 'spool', 'ink.printers.example');
    made.push(...beats(chance, from + DAY, from + 4 * DAY, 10 * MINUTE, printer));
    expect(live(run, made)).toEqual([]);
  });

  it('is not surprised by another new target of a server that polls', () => {
    const chance = new Chance(8);
    const run = start();
    const monitor = (target: number, from: number, days: number) =>
      beats(chance, from, from + days * DAY, 5 * MINUTE, (at) =>
        sighting('network', at, {
          host: 'monitor',
          image: 'probe',
          remoteAddress: `10.0.9.${target}`,
          remotePort: 161,
        }),
      );
    const made = office(chance, 20, 30);
    for (let target = 0; target < 15; target += 1) made.push(...monitor(target, MONDAY + target * 2 * DAY, 3));
    live(run, made);
    const said = live(run, monitor(99, MONDAY + 30 * DAY, 2));
    expect(said).toHaveLength(1);
    expect(said[0]?.p).toBeGreaterThan(0.1);
  });

  it('is not taught by a host that is noisy on one day, and forgets what a threat named', () => {
    const chance = new Chance(9);
    const run = start();
    live(run, office(chance, 30, 30));
    const from = MONDAY + 30 * DAY;
    const flood: Sighting[] = [];
    for (let target = 0; target < 60; target += 1) {
      const make = (at: number) => call(at, 'ws-3', 'decoy.exe', `decoy-${target}.example`);
      flood.push(...beats(chance, from, from + 10 * HOUR, 5 * MINUTE, make));
    }
    live(run, flood);
    const implant = (host: string, at: number) => (time: number) => call(time + at, host, 'x.exe', 'c2.example');
    const first = live(run, beats(chance, from + DAY, from + 2 * DAY, 5 * MINUTE, implant('ws-5', 0)));
    expect(first).toHaveLength(1);
    expect(first[0]?.p).toBeLessThan(0.02);

    run.baseline.unlearn({
      tenant: 'acme',
      entities: [{ kind: 'domain', value: 'c2.example' }],
      from: from + DAY,
      to: from + 2 * DAY,
    });
    const again = live(run, beats(chance, from + 3 * DAY, from + 4 * DAY, 5 * MINUTE, implant('ws-5', 0)));
    expect(again).toHaveLength(1);
  });

  it('goes on after restore as it would have', () => {
    const life = office(new Chance(10), 15, 20);
    const attack = beats(new Chance(1), MONDAY + 20 * DAY, MONDAY + 21 * DAY, 5 * MINUTE, (at) =>
      call(at, 'ws-1', 'x.exe', 'c2.example'),
    );
    const before = start();
    live(before, [...life, ...attack.slice(0, 40)]);
    const copy: Run = { baseline: beaconing(before.past), past: before.past };
    copy.baseline.restore(new Map([...before.baseline.pages()].map(([name, page]) => [name, page.slice()])));
    const said = live(before, attack.slice(40));
    expect(said).toHaveLength(1);
    expect(live(copy, attack.slice(40))).toEqual(said);
  });

  it('is bounded in memory', () => {
    const run = start();
    const before = run.baseline.bytes;
    for (let number = 0; number < 1_000_000; number += 1) {
      const { host, domain } = { host: `h${number % 500_000}`, domain: `d${number}.example` };
      run.baseline.see(call(MONDAY + number, host, 'x', domain));
    }
    expect(before).toBeLessThan(12e6);
    expect(run.baseline.bytes).toBeLessThan(60e6);
  }, 60_000);
});
