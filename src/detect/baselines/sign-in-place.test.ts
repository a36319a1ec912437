import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import { tell } from '../../../test/support/tell.ts';
import type { Baseline, Surprise } from './baseline.ts';
import { signInPlace } from './sign-in-place.ts';

const chrome = (version: number) => `Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/${version}.0.0.0 Safari/537.36`;
const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Version/17.1 Safari/604.1';

function signIn(at: number, user: string, country: string, network: string, userAgent = chrome(120)) {
  const whence = { country, network, latitude: undefined, longitude: undefined };
  return sighting('sign_in', at, { user, userAgent, whence, outcome: 'success', sourceAddress: '203.0.113.9' });
}

interface Life {
  readonly baseline: Baseline;
  readonly said: Surprise[];
  /** Account-days lived. */
  days: number;
  run(to: number): void;
}

/** Normal life of a company: homes and offices, phones, journeys (some people far more than others), new providers, new colleagues. */
function life(users: number, seed: number, past = new PlainPast()): Life {
  const random = new Chance(seed);
  const baseline = signInPlace(past);
  const said: Surprise[] = [];
  const people = Array.from({ length: users }, (_, at) => ({
    name: `user${at}`,
    home: `as${100 + random.below(20)}`,
    travels: at % 20 === 0 ? 0.25 : 0.004,
    joins: at % 25 === 3 ? random.below(50) : 0,
  }));
  const see = (one: ReturnType<typeof signIn>) => {
    past.see(one);
    said.push(...tell(baseline, one));
  };
  let day = 0;
  const made: Life = {
    baseline,
    said,
    days: 0,
    run(to) {
      for (; day < to; day += 1) {
        for (const person of people) {
          if (day < person.joins || (day % 7 > 4 && random.next() < 0.8)) continue;
          made.days += 1;
          const at = MONDAY + day * DAY + 8 * HOUR + random.below(4 * HOUR);
          if (random.next() < 0.003) person.home = `as${100 + random.below(60)}`;
          see(
            signIn(
              at,
              person.name,
              'de',
              random.next() < 0.6 ? 'as1' : person.home,
              chrome(110 + Math.floor(day / 20)),
            ),
          );
          if (random.next() < 0.05) see(signIn(at + HOUR, person.name, 'de', `as${50 + random.below(3)}`, phone));
          if (random.next() < person.travels) {
            const land = random.below(40);
            see(signIn(at + 2 * HOUR, person.name, `l${land}`, `as${1000 + land * 10 + random.below(3)}`));
          }
        }
      }
    },
  };
  return made;
}

describe('country, network and client of sign-ins', () => {
  it('says so when an account that stays at home comes from nowhere anybody ever came, with another client', () => {
    const past = new PlainPast();
    const { baseline, run } = life(100, 1, past);
    run(31);
    const surprises = tell(baseline, signIn(MONDAY + 31 * DAY, 'user7', 'vu', 'as55555', 'python-requests/2.31'));
    expect(surprises).toHaveLength(1);
    expect(surprises[0]?.p).toBeLessThan(0.001);
    expect(surprises[0]?.text).toContain(
      'first time in 31 days (26 with sign-ins) that user7 signed in from country vu (used by 0 other accounts), network as55555',
    );
    expect(surprises[0]?.numbers).toMatchObject({ country: 'vu', countryOthers: 0, networkOthers: 0 });
  });

  it('is less surprised by those who travel', () => {
    const { baseline, run } = life(100, 2);
    run(40);
    const p = (user: number) =>
      tell(baseline, signIn(MONDAY + 40 * DAY, `user${user}`, `z${user}`, `as5555${user}`))[0]?.p ?? 1;
    const middle = (all: number[]) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 1;
    const homely = middle([5, 6, 7, 8, 9, 11, 12, 13, 14].map(p));
    expect(homely).toBeLessThan(0.005);
    expect(middle([20, 40, 60].map(p))).toBeGreaterThan(20 * homely);
  });

  it('is silent about a VPN rolled out to everyone, a new colleague, a holiday that ends and a browser that updates', () => {
    const { baseline, run } = life(100, 3);
    run(31);
    const at = MONDAY + 31 * DAY;
    const vpn = Array.from({ length: 100 }, (_, one) => signIn(at + one, `user${one}`, 'nl', 'as777'));
    expect(tell(baseline, ...vpn)).toEqual([]);
    expect(tell(baseline, signIn(at, 'new colleague', 'vu', 'as8888'))).toEqual([]);
    expect(tell(baseline, signIn(at + 25 * DAY, 'user9', 'de', 'as1', chrome(199)))).toEqual([]);
    expect(tell(baseline, signIn(at + 25 * DAY, 'user9', 'de', 'as1', chrome(200)))).toEqual([]);
  });

  it('says about as often as p says, in 60 days of normal life', () => {
    const lived = life(300, 4);
    lived.run(60);
    const below = (limit: number) => lived.said.filter(({ p }) => p < limit).length;
    const { days, said, baseline } = lived;
    if (process.env.SHOW === '1')
      console.info({ days, p001: below(0.001), p01: below(0.01), all: said.length, bytes: baseline.bytes });
    expect(days).toBeGreaterThan(12_000);
    expect(below(0.001)).toBeLessThanOrEqual(2 * 0.001 * days);
    expect(below(0.01)).toBeLessThanOrEqual(2 * 0.01 * days);
  });

  it('a flood on one day teaches as much as one act on that day: patience is what it takes', () => {
    const flooded = life(100, 5);
    const quiet = life(100, 5);
    flooded.run(30);
    quiet.run(30);
    const at = MONDAY + 30 * DAY;
    for (let one = 0; one < 500; one += 1) tell(flooded.baseline, signIn(at + one, 'user7', `x${one}`, `as9${one}`));
    tell(quiet.baseline, signIn(at, 'user7', 'x0', 'as90'));
    const next = (baseline: Baseline) => tell(baseline, signIn(at + DAY, 'user7', 'vu', 'as55555'))[0]?.p ?? 1;
    const [loud, still] = [next(flooded.baseline), next(quiet.baseline)];
    expect(loud / still).toBeGreaterThan(0.5);
    expect(loud / still).toBeLessThan(2);
    expect(tell(flooded.baseline, signIn(at + DAY, 'user8', 'vu', 'as66666')).length).toBe(1);
  });

  it('finds nearly all of many intruders, each at an account and from a place of its own', () => {
    const { baseline, run } = life(200, 8);
    run(31);
    const found = Array.from({ length: 200 }, (_, user) =>
      tell(baseline, signIn(MONDAY + 31 * DAY, `user${user}`, `q${user}`, `as7${user}`, 'python-requests/2')),
    )
      .flat()
      .filter(({ p }) => p < 0.01).length;
    if (process.env.SHOW === '1') console.info('planted 200, p < 0.01:', found);
    expect(found).toBeGreaterThan(160);
  });

  it('unlearns what a threat did', () => {
    const { baseline, run } = life(100, 6);
    run(31);
    const at = MONDAY + 31 * DAY;
    expect(tell(baseline, signIn(at, 'user7', 'vu', 'as5'))).toHaveLength(1);
    expect(tell(baseline, signIn(at + DAY, 'user7', 'vu', 'as5'))).toEqual([]);
    baseline.unlearn({ tenant: 'acme', entities: [{ kind: 'user', value: 'user7' }], from: at, to: at + DAY });
    expect(tell(baseline, signIn(at + 2 * DAY, 'user7', 'vu', 'as5'))).toHaveLength(1);
  });

  it('comes back from its pages as it was, within its memory', () => {
    const one = life(60, 7);
    one.run(30);
    const pages = new Map([...one.baseline.pages()].map(([name, page]) => [name, page.slice()] as const));
    const back = signInPlace(new PlainPast());
    back.restore(pages);
    const future = Array.from({ length: 60 }, (_, at) =>
      signIn(MONDAY + (30 + at) * DAY, `user${at}`, `l${at % 50}`, `as${at}`),
    );
    const ask = (baseline: Baseline) => future.flatMap((each) => tell(baseline, each)).map(({ key, p }) => [key, p]);
    const expected = ask(one.baseline);
    expect(expected.length).toBeGreaterThan(5);
    expect(ask(back)).toEqual(expected);
    const flood = signInPlace(new PlainPast());
    for (let at = 0; at < 150_000; at += 1)
      flood.see(signIn(MONDAY + at * 1000, `u${at}`, `c${at}`, `n${at}`, `a${at}z`));
    if (process.env.SHOW === '1') console.info('bytes', flood.bytes);
    expect(flood.bytes).toBeLessThan(30e6);
  });
});
