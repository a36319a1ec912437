import { describe, expect, it } from 'vitest';
import { Dice } from '../../../test/support/dice.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import type { Surprise } from './baseline.ts';
import { HostSilence } from './host-silence.ts';

type Away = (host: string, hour: number) => boolean;

class Site {
  readonly past = new PlainPast();
  readonly baseline = new HostSilence(this.past);
  readonly said: Surprise[] = [];
  readonly #dice: Dice;
  /** Hour until which a host is away. */
  readonly #until = new Map<string, number>();

  constructor(seed: number) {
    this.#dice = new Dice(seed);
  }

  heard(host: string, hour: number): void {
    const seen = sighting('process_start', MONDAY + hour * HOUR + 60_000, { host });
    this.past.see(seen);
    this.said.push(...this.baseline.see(seen));
  }

  /** Servers talk all hours but for restarts and maintenance; laptops go with people, who fall ill and have holidays. */
  live(servers: number, laptops: number, from: number, to: number, away: Away = () => false): void {
    for (let hour = from; hour < to; hour += 1) {
      for (let at = 0; at < servers; at += 1) {
        const host = `srv${at}`;
        if (this.#dice.unit() < 0.001) this.#until.set(host, hour + (this.#dice.unit() < 0.1 ? 4 : 1));
        if (hour >= (this.#until.get(host) ?? 0) && !away(host, hour)) this.heard(host, hour);
      }
      for (let at = 0; at < laptops; at += 1) {
        const host = `lap${at}`;
        const [day, of] = [Math.floor(hour / 24) % 7, hour % 24];
        if (of === 0 && hour >= (this.#until.get(host) ?? 0)) {
          const chance = this.#dice.unit();
          if (chance < 0.01) this.#until.set(host, hour + 14 * 24);
          else if (chance < 0.06) this.#until.set(host, hour + 24);
        }
        const isUp = day < 5 && of >= 8 + (at % 2) && of < 17 && this.#dice.unit() < 0.9;
        if (isUp && hour >= (this.#until.get(host) ?? 0) && !away(host, hour)) this.heard(host, hour);
      }
      this.said.push(...this.baseline.close('acme', MONDAY / HOUR + hour));
    }
  }
}

describe('a host that stops', () => {
  it('says no more in 60 days of normal life than its p claims', () => {
    const site = new Site(1);
    site.live(60, 100, 0, 60 * 24);
    const n = 160 * (60 - 14);
    const keys = new Set(site.said.map(({ key }) => key));
    process.stdout.write(`host-silence: ${keys.size} of ${n} host-days with p < 0.001\n`);
    expect(keys.size).toBeLessThan(n * 0.001 + 3 * Math.sqrt(n * 0.001));
  });

  it('speaks of a server that stops while the others go on, within a day, and once', () => {
    const site = new Site(2);
    const gone: Away = (host, hour) => host === 'srv3' && hour >= 31 * 24;
    site.live(40, 0, 0, 31 * 24);
    site.said.length = 0;
    site.live(40, 0, 31 * 24, 90 * 24, gone);
    const ofIt = site.said.filter(({ key }) => key.includes('|srv3|'));
    expect(new Set(ofIt.map(({ key }) => key)).size).toBe(1);
    expect(ofIt[0]?.at).toBeLessThan(MONDAY + 32 * DAY);
    expect(ofIt.at(-1)?.p).toBeLessThan(1e-4);
    expect(ofIt[0]?.text).toMatch(
      /^srv3 has sent nothing through endpoints since the hour from 2026-02-04 23:00 UTC: \d+ hours in which it would have been heard, by 30 days of its past with \d on which it came back from being away; \d\d of 40 hosts of the source go on$/,
    );
    expect(ofIt[0]?.entities).toEqual([{ kind: 'host', value: 'srv3' }]);
  });

  it('finds stopped servers among others', () => {
    let found = 0;
    for (let seed = 10; seed < 30; seed += 1) {
      const site = new Site(seed);
      site.live(20, 20, 0, 25 * 24 + 10);
      site.live(20, 20, 25 * 24 + 10, 26 * 24 + 10, (host) => host === 'srv7');
      if (site.said.some(({ key, p }) => key.includes('|srv7|') && p < 0.001)) found += 1;
    }
    process.stdout.write(`host-silence: ${found} of 20 stopped servers found within a day\n`);
    expect(found).toBeGreaterThanOrEqual(18);
  });

  it('is silent about a holiday of three weeks, and about a whole source', () => {
    const site = new Site(3);
    site.live(20, 40, 0, 35 * 24);
    site.said.length = 0;
    site.live(20, 40, 35 * 24, 56 * 24, (host) => host === 'lap5');
    expect(site.said.filter(({ key }) => key.includes('|lap5|'))).toEqual([]);
    site.said.length = 0;
    site.live(20, 40, 56 * 24, 58 * 24, () => true);
    site.live(20, 40, 58 * 24, 59 * 24);
    expect(site.said).toEqual([]);
  });

  it('says once that some of a source fell silent together', () => {
    const site = new Site(4);
    site.live(60, 0, 0, 30 * 24);
    site.said.length = 0;
    site.live(60, 0, 30 * 24, 31 * 24, (host) => /^srv1\d$/.test(host));
    const together = site.said.filter(({ key }) => key.endsWith('together'));
    expect(together[0]?.text).toMatch(
      /^\d+ of 60 hosts of endpoints that keep their hours have fallen silent together/,
    );
    expect(new Set(site.said.map(({ key }) => key)).size).toBeLessThanOrEqual(8);
  });

  it('says nothing of a host that is new, or while the company is', () => {
    const site = new Site(5);
    site.live(20, 0, 0, 12 * 24);
    site.live(20, 0, 12 * 24, 13 * 24, (host) => host === 'srv1');
    site.live(20, 0, 13 * 24, 30 * 24);
    for (let hour = 25 * 24; hour < 30 * 24; hour += 1) site.heard('newcomer', hour);
    site.live(20, 0, 30 * 24, 32 * 24);
    expect(site.said.filter(({ key }) => key.includes('newcomer') || key.includes('srv1|'))).toEqual([]);
  });

  it('is trained by days: forty short silences on one day are one', () => {
    const site = new Site(6);
    site.live(40, 0, 0, 30 * 24);
    site.live(40, 0, 30 * 24, 31 * 24, (host, hour) => host === 'srv9' && hour % 2 === 0);
    site.said.length = 0;
    site.live(40, 0, 31 * 24, 32 * 24, (host) => host === 'srv9');
    expect(site.said.filter(({ key }) => key.includes('srv9')).at(-1)?.p).toBeLessThan(0.001);
  });

  it('goes on from its pages as if it had never stopped, and within its memory', () => {
    const site = new Site(7);
    site.live(20, 10, 0, 30 * 24);
    const other = new HostSilence(site.past);
    other.restore(new Map([...site.baseline.pages()].map(([name, page]) => [name, page.slice()])));
    let said = 0;
    for (let hour = 30 * 24; hour < 33 * 24; hour += 1) {
      for (let at = 2; at < 20; at += 1) {
        const seen = sighting('dns', MONDAY + hour * HOUR, { host: `srv${at}` });
        site.baseline.see(seen);
        other.see(seen);
      }
      const surprises = site.baseline.close('acme', MONDAY / HOUR + hour);
      expect(other.close('acme', MONDAY / HOUR + hour)).toEqual(surprises);
      said += surprises.length;
    }
    expect(said).toBeGreaterThan(0);
    const small = new HostSilence(new PlainPast(), 5000);
    for (let at = 0; at < 300_000; at += 1) small.see(sighting('dns', MONDAY + at * 1000, { host: `h${at}` }));
    expect(small.bytes).toBeLessThan(8192 * 80 + 4_500_000);
  });
});
