import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import type { Baseline, Surprise } from './baseline.ts';
import { distance, impossibleTravel } from './impossible-travel.ts';

const MINUTE = HOUR / 60;
const places: Readonly<Record<string, readonly [number, number]>> = {
  de: [52.5, 13.4],
  us: [40.7, -74],
  vu: [-17.7, 168.3],
  fr: [48.9, 2.3],
};

function signIn(at: number, user: string, country: string, network: string, address: string, shift = 0) {
  const [latitude, longitude] = places[country] ?? [0, 0];
  const whence = { country, network, latitude: latitude + shift, longitude: longitude + shift };
  return sighting('sign_in', at, { user, whence, sourceAddress: address, outcome: 'success' });
}

/**
 * Normal life: offices behind one address, homes whose GeoIP wanders by up to 100 km, a VPN in the United States that a third uses on some days, a
 * mobile carrier whose addresses lie anywhere in Europe, and real journeys by plane.
 */
function life(users: number, days: number, seed: number) {
  const random = new Chance(seed);
  const baseline = impossibleTravel(new PlainPast());
  const said: Surprise[] = [];
  let lived = 0;
  const see = (one: ReturnType<typeof signIn>) => said.push(...baseline.see(one));
  for (let day = 0; day < days; day += 1) {
    if (day % 7 > 4) continue;
    for (let user = 0; user < users; user += 1) {
      lived += 1;
      const name = `user${user}`;
      const at = MONDAY + day * DAY + 7 * HOUR + random.below(HOUR);
      see(signIn(at, name, 'de', `as${user % 7}`, `10.0.${user}.1`, random.next()));
      see(signIn(at + HOUR, name, 'de', 'as100', '198.51.100.1'));
      if (user % 3 === 0 && random.next() < 0.3)
        see(signIn(at + 2 * HOUR, name, 'us', 'as200', `198.51.100.${10 + random.below(3)}`));
      if (random.next() < 0.1)
        see(signIn(at + 3 * HOUR, name, random.next() < 0.5 ? 'fr' : 'de', 'as300', `10.9.${random.below(200)}.1`));
      if (random.next() < 0.003) see(signIn(at + 14 * HOUR, name, 'us', `as4${random.below(99)}`, `10.8.${user}.1`));
      // Once in a while somebody uses a tunnel that nobody else uses.
      if (random.next() < 0.0004) see(signIn(at + 4 * HOUR, name, 'vu', `as5${random.below(99)}`, `10.7.${user}.1`));
    }
  }
  return { baseline, said, lived };
}

describe('impossible travel', () => {
  it('says so when somebody works in Berlin and, minutes later, on the other side of the earth', () => {
    const { baseline } = life(100, 30, 1);
    const at = MONDAY + 30 * DAY + 9 * HOUR;
    expect(baseline.see(signIn(at, 'user7', 'de', 'as100', '198.51.100.1'))).toEqual([]);
    const [surprise] = baseline.see(signIn(at + 23 * MINUTE, 'user7', 'vu', 'as55555', '203.0.113.77'));
    expect(surprise?.p).toBeLessThan(0.01);
    expect(surprise?.text).toMatch(
      /^user7 signed in from de and 23 minutes later from vu, 15\d{3} km away \(\d{5} km\/h\); on \d of the 22 earlier days in 30 days/,
    );
    expect(surprise?.entities).toContainEqual({ kind: 'address', value: '203.0.113.77' });
  });

  it('is silent about a VPN many use, carriers, a plane, GeoIP that errs, a new account, failures', () => {
    const { baseline } = life(100, 30, 2);
    const at = MONDAY + 30 * DAY + 9 * HOUR;
    const asks = [
      signIn(at, 'user7', 'de', 'as100', '198.51.100.1'),
      signIn(at + MINUTE, 'user7', 'us', 'as200', '198.51.100.11'),
      signIn(at + DAY, 'user8', 'de', 'as100', '198.51.100.1'),
      signIn(at + DAY + 20 * MINUTE, 'user8', 'fr', 'as300', '10.9.9.1'),
      signIn(at + 2 * DAY, 'user9', 'de', 'as100', '198.51.100.1'),
      signIn(at + 2 * DAY + 9 * HOUR, 'user9', 'us', 'as77', '10.10.1.1'),
      signIn(at, 'user10', 'de', 'as3', '10.0.10.1'),
      signIn(at + MINUTE, 'user10', 'de', 'as3', '10.0.10.1', 1.5),
      signIn(at, 'new', 'de', 'as3', '10.0.11.1'),
      signIn(at + MINUTE, 'new', 'vu', 'as3333', '10.0.12.1'),
      signIn(at, 'user11', 'de', 'as100', '198.51.100.1'),
      { ...signIn(at + MINUTE, 'user11', 'vu', 'as55', '203.0.113.77'), outcome: 'failure' as const },
    ];
    expect(asks.flatMap((one) => baseline.see(one).map(({ text }) => text))).toEqual([]);
  });

  it('says about as often as p says, in 60 days of normal life', () => {
    const { said, lived } = life(300, 60, 3);
    const below = (limit: number) => said.filter(({ p }) => p < limit).length;
    if (process.env.SHOW === '1') console.info({ lived, p001: below(0.001), p01: below(0.01), all: said.length });
    expect(below(0.001)).toBeLessThanOrEqual(2 * 0.001 * lived);
    expect(below(0.01)).toBeLessThanOrEqual(2 * 0.01 * lived);
  });

  it('a day of six hundred jumps counts as one; where an intruder was is unlearned', () => {
    const { baseline } = life(100, 30, 4);
    const at = MONDAY + 30 * DAY + 9 * HOUR;
    const said: Surprise[] = [];
    for (let one = 0; one < 600; one += 1)
      said.push(
        ...baseline.see(signIn(at + one * MINUTE, 'user7', one % 2 ? 'de' : 'vu', `as9${one}`, `10.${one}.1.1`)),
      );
    expect(said).toHaveLength(1);
    const entities = [{ kind: 'user' as const, value: 'user7' }];
    baseline.unlearn({ tenant: 'acme', entities, from: at, to: at + DAY });
    expect(baseline.see(signIn(at + 11 * HOUR, 'user7', 'us', 'as77', '10.10.1.1'))).toEqual([]);
    const [again] = baseline.see(signIn(at + DAY, 'user7', 'vu', 'as55555', '203.0.113.77'));
    expect(again?.p ?? 0).toBeLessThan(0.01);
  });

  it('finds nearly all of many intruders, each at an account of its own', () => {
    const { baseline } = life(200, 30, 6);
    const at = MONDAY + 30 * DAY + 9 * HOUR;
    const found = Array.from({ length: 200 }, (_, user) => [
      ...baseline.see(signIn(at, `user${user}`, 'de', 'as100', '198.51.100.1')),
      ...baseline.see(signIn(at + 30 * MINUTE, `user${user}`, 'vu', `as7${user}`, `10.3.${user}.1`)),
    ])
      .flat()
      .filter(({ p }) => p < 0.01).length;
    if (process.env.SHOW === '1') console.info('planted 200, p < 0.01:', found);
    expect(found).toBeGreaterThan(140);
  });

  it('comes back from its pages as it was, within its memory', () => {
    const { baseline } = life(100, 30, 5);
    const back = impossibleTravel(new PlainPast());
    back.restore(new Map([...baseline.pages()].map(([name, page]) => [name, page.slice()] as const)));
    const ask = (one: Baseline) =>
      Array.from({ length: 100 }, (_, each) => [
        ...one.see(signIn(MONDAY + 30 * DAY, `user${each}`, 'de', 'as100', '198.51.100.1')),
        ...one.see(signIn(MONDAY + 30 * DAY + HOUR, `user${each}`, 'vu', `as5${each % 30}`, `10.2.${each % 30}.1`)),
      ])
        .flat()
        .map(({ key, p, text }) => [key, p, text]);
    const expected = ask(baseline);
    expect(expected.length).toBeGreaterThan(20);
    expect(ask(back)).toEqual(expected);
    const flood = impossibleTravel(new PlainPast());
    for (let each = 0; each < 60_000; each += 1)
      flood.see(signIn(MONDAY + each * 1000, `u${each}`, 'de', `as${each}`, `n${each}`));
    expect(flood.bytes).toBeLessThan(40e6);
  });

  it('knows how far it is', () => {
    expect(distance(52.52, 13.405, 48.8566, 2.3522)).toBeCloseTo(877.5, 0);
    expect(distance(0, 0, 0, 180)).toBeCloseTo(Math.PI * 6371, 3);
  });
});
