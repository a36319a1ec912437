import { describe, expect, it } from 'vitest';
import { Dice } from '../../../test/support/dice.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import type { Surprise } from './baseline.ts';
import { Volume } from './volume.ts';

/** A company's hours: what somebody does on average, hours since that Monday. */
type Habit = (hour: number) => number;

const office: Habit = (hour) => {
  const [day, at] = [Math.floor(hour / 24) % 7, hour % 24];
  return day < 5 && at >= 8 && at < 18 ? 1 : 0.01;
};
const steady: Habit = () => 0.5;
const nightly: Habit = (hour) => (hour % 24 === 2 ? 5 : 0.1);
const habits = [office, office, office, steady, nightly];

class Company {
  readonly past = new PlainPast();
  readonly baseline = new Volume(this.past);
  readonly dice: Dice;
  readonly said: Surprise[] = [];
  readonly #parts: number;

  /** @param parts in which an hour is told */
  constructor(seed: number, parts = 4) {
    this.dice = new Dice(seed);
    this.#parts = parts;
  }

  /** So many files an hour of that user. */
  files(user: string, hour: number, count: number): readonly Surprise[] {
    return this.act('file', user, hour, count);
  }

  act(kind: 'file' | 'logon_failure', user: string, hour: number, count: number): readonly Surprise[] {
    const all: Surprise[] = [];
    // As the collector tells them: several parts within the hour.
    const parts = this.#parts;
    for (let part = 0; part < parts; part += 1) {
      const share = Math.floor(count / parts) + (part < parts - 1 ? 0 : count % parts);
      if (share === 0) continue;
      const seen = sighting(kind, MONDAY + hour * HOUR + part * 600_000, { user, count: share });
      this.past.see(seen);
      all.push(...this.baseline.see(seen));
    }
    this.said.push(...all);
    return all;
  }

  /** Normal life of `people` from one hour to before another. */
  live(people: number, from: number, to: number, scale: (person: number, hour: number) => number = () => 1): void {
    for (let hour = from; hour < to; hour += 1) {
      for (let person = 0; person < people; person += 1) {
        const habit = habits[person % habits.length] ?? office;
        const mean = 400 * (1 + (person % 7)) * habit(hour) * scale(person, hour);
        this.files(`user${person}`, hour, this.dice.count(mean, 0.15 + 0.1 * (person % 4)));
      }
    }
  }

  /** Days of entities on which something so strange was said. */
  daysBelow(p: number): number {
    const days = this.said.filter((surprise) => surprise.p < p);
    return new Set(days.map(({ key, at }) => `${key.split('|')[2]}|${Math.floor(at / DAY)}`)).size;
  }

  /** What was said, once each, with its least p. */
  get told(): ReadonlyMap<string, number> {
    const least = new Map<string, number>();
    for (const { key, p } of this.said) least.set(key, Math.min(p, least.get(key) ?? 1));
    return least;
  }
}

describe('volume against an own rhythm', () => {
  it('says no more in 60 days of normal life than its p claims', () => {
    const company = new Company(1, 1);
    company.live(150, 0, 60 * 24);
    const n = 150 * (60 - 14);
    const days = company.daysBelow(0.001);
    process.stdout.write(`volume: ${days} of ${n} entity-days with p < 0.001, ${company.daysBelow(1e-5)} < 1e-5\n`);
    expect(days).toBeLessThan(n * 0.001 + 3 * Math.sqrt(n * 0.001));
    expect(company.daysBelow(1e-5)).toBeLessThanOrEqual(1);
  });

  it('speaks of mass file access by one user at night, within the hour', () => {
    const company = new Company(2);
    company.live(60, 0, 31 * 24);
    const [first, ...more] = company.files('user5', 31 * 24 + 3, 6000);
    expect(first?.text).toMatch(
      /^user5: 1500 file accesses within the hour from 2026-02-05 03:00 UTC; usual at this hour of a Thursday is about \d+, by 31 days of its past$/,
    );
    expect(first?.entities).toEqual([{ kind: 'user', value: 'user5' }]);
    expect(first?.p).toBeLessThan(1e-9);
    expect(more.at(-1)?.p).toBeLessThan(first?.p ?? 0);
    expect(new Set(more.map(({ key }) => key))).toEqual(new Set([first?.key]));
  });

  it('finds planted bursts of ten times the usual, and of a night as busy as a day', () => {
    let found = 0;
    let planted = 0;
    for (let seed = 0; seed < 6; seed += 1) {
      const company = new Company(100 + seed);
      company.live(60, 0, 30 * 24 + 10);
      for (let person = seed; person < 60; person += 12) {
        const usual = 400 * (1 + (person % 7));
        const habit = habits[person % 5] ?? office;
        const by = habit === nightly ? 10 * 0.1 : habit === steady ? 10 * 0.5 : 10;
        planted += 1;
        if (company.files(`user${person}`, 30 * 24 + 10, Math.round(usual * by)).length > 0) found += 1;
      }
    }
    process.stdout.write(`volume: ${found} of ${planted} bursts of ten times the usual found with p < 0.001\n`);
    expect(found / planted).toBeGreaterThan(0.85);
  });

  it('speaks of failed logons of one who hardly ever fails, by what any of the others did', () => {
    const company = new Company(3);
    for (let day = 0; day < 31; day += 1) {
      company.live(60, day * 24, day * 24 + 9);
      for (let person = 0; person < 60; person += 1)
        company.act('logon_failure', `user${person}`, day * 24 + 9, person % 6);
    }
    const said = company.act('logon_failure', 'user3', 31 * 24 + 14, 600);
    expect(said.at(-1)?.text).toMatch(
      /^user3: 600 failed logons within the hour .*; it has no rhythm of its own in this, and hardly any of 60 known has done so much in 31 days$/,
    );
    expect(said.at(-1)?.p).toBeLessThan(1e-4);
  });

  it('says nothing of one who is new, and nothing while the company is', () => {
    const young = new Company(4);
    young.live(20, 0, 13 * 24);
    expect(young.files('user1', 13 * 24 + 3, 100_000)).toEqual([]);
    const grown = new Company(5);
    grown.live(20, 0, 20 * 24);
    expect(grown.files('newcomer', 20 * 24 + 3, 100_000)).toEqual([]);
  });

  it('is silent about a month-end that comes again, whoever has it', () => {
    const company = new Company(6);
    // The last working days of January to April.
    const monthEnds = new Set([25, 53, 85, 115]);
    const busy = (person: number, hour: number) => (person < 3 && monthEnds.has(Math.floor(hour / 24)) ? 8 : 1);
    company.live(60, 0, 50 * 24, busy);
    const first = [...company.told].filter(([key, p]) => /user[012]\|/.test(key) && p < 1e-5).length;
    company.said.length = 0;
    company.live(60, 50 * 24, 116 * 24, busy);
    const later = [...company.told].filter(([key, p]) => /user[012]\|/.test(key) && p < 1e-4);
    expect(first).toBeGreaterThan(0);
    expect(later).toEqual([]);
  });

  it('is silent about growth of a tenth a week, holidays and those who come back from them', () => {
    const company = new Company(7);
    const grows = (person: number, hour: number) => {
      const day = Math.floor(hour / 24);
      if (person % 3 === 1 && day >= 30 && day < 51) return 0;
      if (day === 40 || day === 41) return 0;
      return 1.1 ** (day / 7);
    };
    company.live(60, 0, 80 * 24, grows);
    const n = 60 * 66;
    process.stdout.write(
      `volume: ${company.daysBelow(0.001)} of ${n} entity-days of growth and holidays with p < 0.001\n`,
    );
    expect(company.daysBelow(0.001)).toBeLessThan(n * 0.001 + 3 * Math.sqrt(n * 0.001));
    expect(company.daysBelow(1e-5)).toBeLessThanOrEqual(1);
  });

  it('takes what everybody does on one day for the company, after the first few', () => {
    const company = new Company(8);
    company.live(60, 0, 30 * 24 + 10);
    company.said.length = 0;
    for (let person = 0; person < 60; person += 1) company.files(`user${person}`, 30 * 24 + 10, 80_000);
    expect(company.told.size).toBeGreaterThan(0);
    expect(company.told.size).toBeLessThanOrEqual(5);
  });

  it('is not trained by one day of floods, nor faster than by days', () => {
    const company = new Company(9);
    company.live(20, 0, 30 * 24);
    // One day without a pause at fifty times the usual: the next day it is as strange as ever.
    for (let hour = 30 * 24; hour < 31 * 24; hour += 1) company.files('user5', hour, 20_000);
    expect(company.files('user5', 31 * 24 + 15, 20_000).at(-1)?.p).toBeLessThan(1e-4);
    // A slow attacker, a tenth more a day: what he may take after 20 days is bounded by 20 days of habit.
    const slow = new Company(10);
    slow.live(20, 0, 30 * 24);
    for (let day = 30; day < 50; day += 1) slow.files('user5', day * 24 + 3, 300 + (day - 30) * 30);
    expect(slow.files('user5', 50 * 24 + 3, 10_000).at(-1)?.p).toBeLessThan(1e-4);
  });

  it('holds what a threat did for no precedent', () => {
    const taught = new Company(11);
    const untaught = new Company(11);
    for (const company of [taught, untaught]) {
      company.live(20, 0, 30 * 24);
      for (const day of [30, 31]) company.files('user5', day * 24 + 3, 20_000);
      company.said.length = 0;
    }
    untaught.baseline.unlearn({
      tenant: 'acme',
      entities: [{ kind: 'user', value: 'user5' }],
      from: MONDAY + 30 * DAY,
      to: MONDAY + 32 * DAY,
    });
    expect(taught.files('user5', 32 * 24 + 3, 20_000)).toEqual([]);
    expect(untaught.files('user5', 32 * 24 + 3, 20_000).at(-1)?.p).toBeLessThan(1e-9);
  });

  it('goes on from its pages as if it had never stopped', () => {
    const company = new Company(12);
    company.live(30, 0, 25 * 24 + 7);
    const other = new Volume(company.past);
    other.restore(new Map([...company.baseline.pages()].map(([name, page]) => [name, page.slice()])));
    const dice = new Dice(5);
    let said = 0;
    for (let step = 0; step < 20_000; step += 1) {
      const user = `user${step % 40}`;
      const at = MONDAY + (25 * 24 + 7) * HOUR + step * 60_000;
      const seen = sighting('file', at, { user, count: dice.count(300, 3) });
      company.past.see(seen);
      const surprises = company.baseline.see(seen);
      expect(other.see(seen)).toEqual(surprises);
      said += surprises.length;
    }
    expect(said).toBeGreaterThan(0);
  });

  it('keeps to its memory, and keeps those in use when a flood of names comes', () => {
    const past = new PlainPast();
    const baseline = new Volume(past, 5000);
    const other = new Volume(past, 5000);
    for (let at = 0; at < 60_000; at += 1) {
      baseline.see(sighting('file', MONDAY + at * 1000, { user: `flood${at}`, count: 1000 }));
      other.see(sighting('file', MONDAY + at * 1000, { user: `flood${at}`, count: 5 }));
    }
    expect(baseline.bytes).toBeLessThan(8192 * 110 + 2_800_000);
    // What never matters gets no row.
    expect(other.bytes).toBeLessThan(1024 * 110 + 2_800_000);
  });
});
