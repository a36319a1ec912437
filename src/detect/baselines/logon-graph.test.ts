import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import type { Baseline, Surprise } from './baseline.ts';
import { logonGraph } from './logon-graph.ts';
import type { Sighting } from './sighting.ts';

function logon(at: number, user: string, host: string, sourceAddress?: string): Sighting {
  return sighting('logon', at, { user, host, sourceAddress, outcome: 'success' });
}

const isWorkday = (at: number) => (Math.floor(at / DAY) + 3) % 7 < 5;
const people = 100;

/**
 * Ten departments of ten people: everyone's own machine each day, the file server, a department's server often, a colleague's machine
 * sometimes, and another department's server once in a long while. The help desk goes to four machines a day, whichever.
 */
function life(chance: Chance, days: number, from = MONDAY): Sighting[] {
  const made: Sighting[] = [];
  for (let day = 0; day < days; day += 1) {
    const midnight = from + day * DAY;
    if (!isWorkday(midnight)) continue;
    const at = () => midnight + 8 * HOUR + chance.below(8 * HOUR);
    for (let person = 0; person < people; person += 1) {
      const user = `p-${person}`;
      const home = `10.1.0.${person}`;
      const department = Math.floor(person / 10);
      made.push(logon(at(), user, `ws-${person}`), logon(at(), user, 'files', home));
      if (chance.is(0.5)) made.push(logon(at(), user, `srv-${department}`, home));
      if (chance.is(0.03)) made.push(logon(at(), user, `ws-${department * 10 + chance.below(10)}`, home));
      if (chance.is(0.002)) made.push(logon(at(), user, `srv-${chance.below(10)}`, home));
    }
    for (let visit = 0; visit < 4; visit += 1) {
      made.push(logon(at(), 'helpdesk', `ws-${chance.below(people)}`, '10.2.0.1'));
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
  return { baseline: logonGraph(past), past };
}

function live({ baseline, past }: Run, sightings: readonly Sighting[]): Surprise[] {
  const said: Surprise[] = [];
  for (const one of [...sightings].sort((a, b) => a.first - b.first)) {
    past.see(one);
    said.push(...baseline.see(one));
  }
  return said;
}

const END = 42;
const after = MONDAY + END * DAY;

function settled(seed: number): Run {
  const run = start();
  live(run, life(new Chance(seed), END));
  return run;
}

describe('the logon graph', () => {
  it('surprises in sixty days of ordinary life about as often as p says', () => {
    let [said, days] = [0, 0];
    for (let seed = 0; seed < 4; seed += 1) {
      said += live(start(), life(new Chance(40 + seed), 60)).filter(({ p }) => p < 0.001).length;
      // Workdays after the first 21 days: accounts and sources.
      days += 29 * people * 2;
    }
    expect(said).toBeLessThanOrEqual(0.001 * days * 2);
  });

  it('speaks of a clerk on the machine of a stranger in another department, from a machine that never called it', () => {
    const run = settled(2);
    const said = live(run, [logon(after + 10 * HOUR, 'p-5', 'ws-77', '10.1.0.5')]);
    expect(said.map(({ key }) => key.split('|').slice(0, 3).join(' '))).toEqual([
      'account p-5 ws-77',
      'source 10.1.0.5 ws-77',
    ]);
    expect(said[0]?.p).toBeLessThan(0.001);
    // Sources come to this machine so seldom that less is known.
    expect(said[1]?.p).toBeLessThan(0.01);
    expect(said[0]?.text).toMatch(
      /^p-5 logged on to ws-77 for the first time in 42 days: this account comes to a new host on at most one day in \d+, the host sees a new account on at most one in \d+, and 0 of \d of its usual ones share a host with this one; of about \d+ days of accounts \d+ brought a first logon as unlikely$/,
    );
    expect(said[1]?.entities).toContainEqual({ kind: 'user', value: 'p-5' });
  });

  it('is surprised more by a stranger than by a colleague, and not at all by what is known', () => {
    const run = settled(3);
    const strangers = live(run, [logon(after + HOUR, 'p-31', 'ws-88')])[0]?.p ?? 1;
    const colleagues = live(run, [logon(after + HOUR, 'p-32', 'srv-3')])[0]?.p ?? 1;
    expect(strangers).toBeLessThan(colleagues);
    expect(live(run, [logon(after + 2 * HOUR, 'p-31', 'ws-88')])).toEqual([]);
  });

  it('says nothing of the help desk, a new employee, a new host, a server that everyone uses, the end of a holiday', () => {
    const run = start();
    // The file server's own new guest has been away since the third day.
    const isAway = (one: Sighting) => one.user === 'p-50' && one.first > MONDAY + 3 * DAY;
    live(
      run,
      life(new Chance(4), END).filter((one) => !isAway(one)),
    );
    const usual = [
      logon(after + 8 * HOUR, 'p-50', 'ws-50'),
      logon(after + 8 * HOUR, 'p-50', 'files', '10.1.0.50'),
      logon(after + 9 * HOUR, 'newcomer', 'ws-3'),
      logon(after + 9 * HOUR, 'newcomer', 'srv-0'),
      logon(after + 9 * HOUR, 'p-1', 'new-server', '10.1.0.1'),
      logon(after + 9 * HOUR, 'p-99', 'new-server', '10.1.0.99'),
    ];
    for (let host = 0; host < people; host += 1) usual.push(logon(after + 10 * HOUR + host, 'helpdesk', `ws-${host}`));
    expect(live(run, usual)).toEqual([]);
  });

  it('learns one edge a day of a node, and forgets those that a threat named', () => {
    const stranger = (at: number) => logon(at, 'p-99', 'ws-49');
    const before = live(settled(6), [stranger(after + DAY)])[0]?.p ?? 1;
    expect(before).toBeLessThan(0.001);
    const run = settled(6);
    // An account that goes to forty machines on one day has had one day with something new.
    const roam = Array.from({ length: 40 }, (_, to) => logon(after + to * 60_000, 'p-12', `ws-${50 + to}`));
    live(run, roam);
    expect(live(run, [stranger(after + DAY)])[0]?.p).toBeLessThan(before * 3);
    expect(live(run, [stranger(after + 2 * DAY)])).toEqual([]);
    const entities = [
      { kind: 'user' as const, value: 'p-99' },
      { kind: 'host' as const, value: 'ws-49' },
    ];
    run.baseline.unlearn({ tenant: 'acme', entities, from: after, to: after + 3 * DAY });
    expect(live(run, [stranger(after + 3 * DAY)])).toHaveLength(1);
  });

  it('goes on after restore as it would have', () => {
    const run = settled(7);
    const copy: Run = { baseline: logonGraph(run.past), past: run.past };
    copy.baseline.restore(new Map([...run.baseline.pages()].map(([name, page]) => [name, page.slice()])));
    const next = [...life(new Chance(8), 5, after), logon(after + HOUR, 'p-5', 'ws-77', '10.1.0.5')];
    const said = live(run, next);
    expect(said.length).toBeGreaterThan(0);
    // The past is one for both and has gone on: what it says of days is not compared.
    const told = (all: readonly Surprise[]) => all.map(({ key, p }) => ({ key, p }));
    expect(told(live(copy, next))).toEqual(told(said));
  });

  it('is bounded in memory', () => {
    const { baseline } = start();
    for (let number = 0; number < 400_000; number += 1) {
      baseline.see(logon(MONDAY + number, `u${number % 300_000}`, `h${number % 250_000}`, `10.${number}`));
    }
    expect(baseline.bytes).toBeLessThan(90e6);
  }, 60_000);
});
