import { describe, expect, it } from 'vitest';
import { Dice } from '../../../test/support/dice.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import type { Surprise } from './baseline.ts';
import { UnusualHours } from './unusual-hours.ts';

class Office {
  readonly past = new PlainPast();
  baseline = new UnusualHours(this.past);
  readonly said: Surprise[] = [];
  readonly dice: Dice;

  constructor(seed: number) {
    this.dice = new Dice(seed);
  }

  active(user: string, day: number, hour: number): readonly Surprise[] {
    const seen = sighting('logon', MONDAY + day * DAY + hour * HOUR + 600_000, { user, host: `ws-${user}` });
    this.past.see(seen);
    const said = this.baseline.see(seen);
    this.said.push(...said);
    return said;
  }

  /** People come at about eight and leave at about six, stay late now and then, and rarely work on a Saturday. */
  live(
    people: number,
    from: number,
    to: number,
    shift: (person: number, day: number) => number | undefined = () => 0,
  ): void {
    for (let day = from; day < to; day += 1) {
      for (let person = 0; person < people; person += 1) {
        const moved = shift(person, day);
        if (moved === undefined) continue;
        const isWeekend = day % 7 > 4;
        if (isWeekend && this.dice.unit() > 0.01) continue;
        if (!isWeekend && this.dice.unit() < 0.08) continue;
        const begin = 8 + Math.round(this.dice.normal() * 0.7) + moved;
        const end = 17 + Math.round(this.dice.normal()) + moved + (this.dice.unit() < 0.02 ? 4 : 0);
        for (let hour = begin; hour <= end; hour += 1)
          if (this.dice.unit() < 0.8) this.active(`user${person}`, day, hour);
      }
      for (let hour = 0; hour < 24; hour += 1) this.active('svc-monitor', day, hour);
      this.active('svc-backup', day, 2);
    }
  }
}

describe('unusual hours', () => {
  it('says no more in 60 days of normal life than its p claims', () => {
    const office = new Office(1);
    office.live(150, 0, 60);
    const n = 150 * (60 - 14) * (5 / 7);
    for (const limit of [0.001, 0.005]) {
      const days = new Set(office.said.filter(({ p }) => p < limit).map(({ key }) => key)).size;
      process.stdout.write(`unusual-hours: ${days} of ${Math.round(n)} active days with p < ${limit}\n`);
      expect(days).toBeLessThan(n * limit + 3 * Math.sqrt(n * limit));
    }
  });

  it('speaks of somebody at work at an hour at which nobody is, whatever runs then by itself', () => {
    const office = new Office(2);
    office.live(60, 0, 43);
    office.said.length = 0;
    let found = 0;
    for (let person = 0; person < 60; person += 1) found += office.active(`user${person}`, 43, 3).length;
    process.stdout.write(`unusual-hours: ${found} of 60 nights found\n`);
    expect(found).toBe(60);
    expect(office.said[0]?.text).toMatch(
      /^user0 was active after 03:00 UTC on a Tuesday; in 43 days it was at that hour on 0 % of its active days, and of \d+ such days of all 62 known [01] went there$/,
    );
    expect(office.said[0]?.entities).toEqual([
      { kind: 'user', value: 'user0' },
      { kind: 'host', value: 'ws-user0' },
    ]);
  });

  it('is silent about a late evening, a machine that never sleeps, a newcomer and a young company', () => {
    const office = new Office(3);
    office.live(60, 0, 43);
    office.said.length = 0;
    expect(office.active('user7', 43, 20)).toEqual([]);
    expect(office.active('svc-monitor', 43, 3)).toEqual([]);
    expect(office.active('newcomer', 43, 3)).toEqual([]);
    expect(office.active('host7$', 43, 3)).toEqual([]);
    const young = new Office(4);
    young.live(30, 0, 12);
    expect(young.active('user7', 12, 3)).toEqual([]);
  });

  it('goes along with one who moves, and with those who come back from holidays', () => {
    const office = new Office(5);
    // An hour later every ten days, up to six; another is away for three weeks.
    office.live(60, 0, 100, (person, day) => {
      if (person === 1) return Math.min(6, Math.floor(Math.max(0, day - 20) / 10));
      return person === 2 && day > 40 && day < 62 ? undefined : 0;
    });
    const ofThem = office.said.filter(({ key, p }) => /user[12]\|/.test(key) && p < 0.001);
    const strange = [...new Set(ofThem.map(({ key }) => key))];
    process.stdout.write(
      `unusual-hours: ${strange.length} of 160 days of one who moves and one on holiday with p < 0.001\n`,
    );
    // The one who moved is the first ever there after midnight, when it stays late.
    expect(strange.length).toBeLessThanOrEqual(2);
  });

  it('is trained by days, not by acts, and not by what a threat did', () => {
    const office = new Office(6);
    office.live(40, 0, 43);
    const night = (day: number) => Array.from({ length: 50 }, () => office.active('user5', day, 3)).flat().length;
    expect([night(43), night(44), night(45)]).toEqual([1, 1, 1]);
    office.active('user5', 46, 9);
    expect(night(49)).toBe(0);
    const other = new Office(6);
    other.live(40, 0, 43);
    for (let day = 43; day < 46; day += 1) {
      other.active('user5', day, 3);
      other.baseline.unlearn({
        tenant: 'acme',
        entities: [{ kind: 'user', value: 'user5' }],
        from: MONDAY + day * DAY,
        to: MONDAY + (day + 1) * DAY,
      });
    }
    expect(other.active('user5', 46, 3)).toHaveLength(1);
  });

  it('goes on from its pages as if it had never stopped', () => {
    const office = new Office(7);
    office.live(40, 0, 30);
    const other = new UnusualHours(office.past);
    other.restore(new Map([...office.baseline.pages()].map(([name, page]) => [name, page.slice()])));
    let said = 0;
    for (let step = 0; step < 3000; step += 1) {
      const at = MONDAY + 30 * DAY + step * 600_000;
      const seen = sighting('logon', at, { user: `user${Math.floor(office.dice.unit() * 45)}` });
      office.past.see(seen);
      const surprises = office.baseline.see(seen);
      expect(other.see(seen)).toEqual(surprises);
      said += surprises.length;
    }
    expect(said).toBeGreaterThan(0);
  });

  it('keeps to its memory', () => {
    const baseline = new UnusualHours(new PlainPast(), 5000);
    for (let at = 0; at < 60_000; at += 1) baseline.see(sighting('logon', MONDAY + at * 1000, { user: `u${at}` }));
    expect(baseline.bytes).toBeLessThan(8192 * 70 + 1024 * 110);
  });
});
