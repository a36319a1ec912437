import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import type { Baseline, Surprise } from './baseline.ts';
import { fanOut } from './fan-out.ts';
import type { Sighting } from './sighting.ts';

const MINUTE = 60_000;

function connect(at: number, host: string, address: string, port = 443): Sighting {
  return sighting('network', at, { host, remoteAddress: address, remotePort: port });
}

/** Within the hour from `at` on, evenly. */
function spread(at: number, count: number, make: (time: number, number: number) => Sighting): Sighting[] {
  return Array.from({ length: count }, (_, number) => make(Math.round(at + (number * 50 * MINUTE) / count), number));
}

const isWorkday = (at: number) => (Math.floor(at / DAY) + 3) % 7 < 5;

/**
 * Ordinary life: everyone reaches some addresses an hour, each around a number of their own (log-normal); passwords are mistyped; a
 * scanner looks at 800 addresses each Tuesday; a backup server logs on to 40 hosts each night; a balancer calls 60 addresses always.
 */
function life(chance: Chance, people: number, days: number, from = MONDAY): Sighting[] {
  const made: Sighting[] = [];
  const usual = Array.from({ length: people }, (_, number) => 2 + ((number * 7) % 13));
  for (let day = 0; day < days; day += 1) {
    const midnight = from + day * DAY;
    made.push(
      ...spread(midnight + 2 * HOUR, 40, (at, to) => sighting('logon', at, { user: 'backup', host: `ws-${to}` })),
    );
    for (let hour = 0; hour < 24; hour += 6) {
      made.push(...spread(midnight + hour * HOUR, 60, (at, to) => connect(at, 'balancer', `10.0.1.${to}`)));
    }
    if (Math.floor(midnight / DAY + 3) % 7 === 1) {
      made.push(
        ...spread(midnight + 22 * HOUR, 800, (at, to) => connect(at, 'scanner', `10.0.${to >> 8}.${to & 255}`)),
      );
    }
    if (!isWorkday(midnight)) continue;
    for (let person = 0; person < people; person += 1) {
      for (const hour of [9, 14]) {
        const count = Math.max(1, Math.round((usual[person] ?? 5) * Math.exp(0.4 * chance.normal())));
        made.push(
          ...spread(midnight + hour * HOUR, count, (at) =>
            connect(at, `ws-${person}`, `198.51.${person % 100}.${chance.below(250)}`),
          ),
        );
      }
      const home = { user: `p-${person}`, sourceAddress: `10.1.0.${person}` };
      made.push(sighting('logon', midnight + 8 * HOUR + person, { ...home, host: `ws-${person}` }));
      const servers = 1 + chance.below(4);
      for (let server = 0; server < servers; server += 1) {
        made.push(sighting('logon', midnight + 9 * HOUR + server, { ...home, host: `srv-${chance.below(8)}` }));
      }
      if (chance.is(0.1)) made.push(sighting('logon_failure', midnight + 8 * HOUR, { ...home, host: 'dc-1' }));
    }
  }
  return made;
}

interface Run {
  readonly baseline: Baseline;
  readonly past: PlainPast;
  hour: number | undefined;
}

function start(): Run {
  const past = new PlainPast();
  return { baseline: fanOut(past), past, hour: undefined };
}

/** In order, with each hour closed when the next has begun, the last as well. */
function live(run: Run, sightings: readonly Sighting[]): Surprise[] {
  const said: Surprise[] = [];
  let hour = run.hour;
  for (const one of [...sightings].sort((a, b) => a.first - b.first)) {
    const now = Math.floor(one.first / HOUR);
    for (hour ??= now; hour < now; hour += 1) said.push(...(run.baseline.close?.('acme', hour) ?? []));
    run.past.see(one);
    said.push(...run.baseline.see(one));
  }
  if (hour !== undefined) said.push(...(run.baseline.close?.('acme', hour) ?? []));
  run.hour = hour;
  return said;
}

const END = 42;
const after = MONDAY + END * DAY;

function settled(seed: number): Run {
  const run = start();
  live(run, life(new Chance(seed), 60, END));
  return run;
}

describe('fan-out', () => {
  it('surprises in sixty days of ordinary life about as often as p says', () => {
    const said = live(start(), life(new Chance(1), 120, 60));
    // 120 people's hosts on 32 workdays after the first 14 days, two measures that are in truth one here.
    const days = 120 * 32 * 2;
    expect(said.filter(({ p }) => p < 0.001).length).toBeLessThanOrEqual(0.001 * days + 5);
    expect(said.filter(({ entities }) => ['scanner', 'backup', 'balancer'].includes(entities[0]?.value ?? ''))).toEqual(
      [],
    );
  });

  it('speaks of a workstation that scans, before the hour is over', () => {
    const run = settled(2);
    const scan = spread(after + 11 * HOUR, 200, (at, to) => connect(at, 'ws-5', `10.0.2.${to}`, 445));
    const said = live(run, [...life(new Chance(3), 60, 1, after), ...scan]).filter(({ p }) => p < 0.001);
    expect(said.map(({ key }) => key.split('|')[0]).sort()).toEqual(['addresses', 'ports']);
    const [surprise] = said;
    expect(surprise?.p).toBeLessThan(5e-4);
    expect(surprise?.text).toMatch(
      /^ws-5 called \d+ addresses within an hour: on 30 days before, \d+(\.\d)? in its busiest hour as a rule and \d+ at most; of about \d+ days of others \d+ reached as much$/,
    );
    expect(surprise?.entities[0]).toEqual({ kind: 'host', value: 'ws-5' });
    expect(surprise?.sightings.length).toBeGreaterThan(0);
  });

  it('speaks of an account that logs on everywhere, and of one source refused as many accounts', () => {
    const run = settled(4);
    const roam = spread(after + 10 * HOUR, 30, (at, to) =>
      sighting('logon', at, { user: 'p-9', sourceAddress: '10.1.0.9', host: `ws-${to}` }),
    );
    const spray = spread(after + 12 * HOUR, 50, (at, to) =>
      sighting('logon_failure', at, { user: `p-${to}`, sourceAddress: '203.0.113.7', host: 'vpn-1' }),
    );
    const said = live(run, [...life(new Chance(5), 60, 1, after), ...roam, ...spray]).filter(({ p }) => p < 0.002);
    expect(said.map(({ key }) => key.split('|').slice(0, 2).join(' ')).sort()).toEqual([
      'hosts-by-account p-9',
      'hosts-by-source 10.1.0.9',
      'refused-accounts 203.0.113.7',
    ]);
    expect(said.find(({ key }) => key.startsWith('refused'))?.text).toContain(
      '203.0.113.7 was refused as 50 accounts within an hour: never seen before',
    );
  });

  it('says nothing of a rollout to all, of a new host, of the end of a month the third time', () => {
    const run = start();
    const monthEnd = (at: number) => spread(at + 15 * HOUR, 90, (time, to) => connect(time, 'ledger', `10.0.7.${to}`));
    const ordinary = Array.from({ length: 75 }, (_, day) => day)
      .filter((day) => isWorkday(MONDAY + day * DAY))
      .flatMap((day) => spread(MONDAY + day * DAY + 10 * HOUR, 5, (at, to) => connect(at, 'ledger', `10.0.7.${to}`)));
    const ends = [14, 44].flatMap((day) => monthEnd(MONDAY + day * DAY));
    live(run, [...life(new Chance(6), 60, 74), ...ordinary, ...ends]);
    const at = MONDAY + 74 * DAY + 9 * HOUR;
    const rollout: Sighting[] = [];
    for (let host = 0; host < 60; host += 1) {
      rollout.push(...spread(at, 50, (time, to) => connect(time + host * 1000, `ws-${host}`, `192.0.2.${to}`)));
    }
    const fresh = spread(at, 100, (time, to) => connect(time, 'fresh', `10.0.8.${to}`));
    const said = live(run, [...rollout, ...fresh, ...monthEnd(MONDAY + 74 * DAY)]);
    expect(said.filter(({ p }) => p < 0.001)).toEqual([]);
    expect(said.filter(({ key }) => key.includes('ledger') || key.includes('fresh'))).toEqual([]);
  });

  it('is not taught by one day of flood, nor by a threat; a slow rise takes as many days as a habit', () => {
    const run = settled(7);
    const flood = (day: number, count: number) =>
      live(
        run,
        spread(after + day * DAY + 10 * HOUR, count, (at, to) => connect(at, 'ws-8', `10.${to >> 8}.3.${to & 255}`)),
      );
    expect(flood(0, 3000).length).toBeGreaterThan(0);
    expect(flood(1, 3000).filter(({ p }) => p < 0.01).length).toBeGreaterThan(0);
    const threat = { tenant: 'acme', entities: [{ kind: 'host' as const, value: 'ws-8' }] };
    run.baseline.unlearn({ ...threat, from: after, to: after + 2 * DAY });
    expect(flood(3, 3000).filter(({ p }) => p < 0.01).length).toBeGreaterThan(0);

    const slow = settled(7);
    let [count, days] = [10, 0];
    for (; days < 60 && count < 300; days += 1) {
      const said = live(
        slow,
        spread(after + days * DAY + 10 * HOUR, Math.round(count), (at, to) =>
          connect(at, 'ws-1', `10.${to >> 8}.3.${to & 255}`),
        ),
      );
      if (said.some(({ p }) => p < 0.01)) break;
      count *= 1.3;
    }
    expect(count).toBeLessThan(120);
  });

  it('goes on after restore as it would have, in the middle of an hour', () => {
    const run = settled(8);
    const scan = spread(after + 11 * HOUR, 60, (at, to) => connect(at, 'ws-5', `10.0.2.${to}`, 445));
    for (const one of scan.slice(0, 40)) run.baseline.see(one);
    const copy: Run = { baseline: fanOut(run.past), past: run.past, hour: run.hour };
    copy.baseline.restore(new Map([...run.baseline.pages()].map(([name, page]) => [name, page.slice()])));
    const said = live(run, scan.slice(40));
    expect(said.length).toBeGreaterThan(0);
    expect(live(copy, scan.slice(40))).toEqual(said);
  });

  it('is bounded in memory', () => {
    const { baseline } = start();
    for (let number = 0; number < 1_000_000; number += 1) {
      baseline.see(connect(MONDAY + number, `h${number % 600_000}`, `a${number}`));
    }
    expect(baseline.bytes).toBeLessThan(70e6);
  }, 60_000);
});
