import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import { tell } from '../../../test/support/tell.ts';
import { apiCall } from './api-call.ts';
import type { Baseline, Surprise } from './baseline.ts';

const call = (at: number, principal: string, action: string, object = 'ec2.amazonaws.com') =>
  sighting('api_call', at, { principal, action, object, outcome: 'success' });
const role = (name: string, session = 'i-0') => `arn:aws:sts::1:assumed-role/${name}/${session}`;

/** Services of three sorts that make the same calls day by day, and some engineers who do all sorts of things. */
function life(days: number, seed: number) {
  const random = new Chance(seed);
  const baseline = apiCall(new PlainPast());
  const said: Surprise[] = [];
  let lived = 0;
  const see = (one: ReturnType<typeof call>) => said.push(...tell(baseline, one));
  for (let day = 0; day < days; day += 1) {
    for (let service = 0; service < 120; service += 1) {
      lived += 1;
      const at = MONDAY + day * DAY + random.below(20 * HOUR);
      for (let each = 0; each < 6; each += 1)
        see(call(at, role(`svc${service}`, `i-${random.below(1e6)}`), `Sort${service % 3}Call${random.below(8)}`));
      if (random.next() < 0.003) see(call(at, role(`svc${service}`), `Sort${service % 3}Rare${random.below(60)}`));
    }
    for (let person = 0; person < 10; person += 1) {
      if (day % 7 > 4) continue;
      lived += 1;
      const at = MONDAY + day * DAY + 9 * HOUR + random.below(8 * HOUR);
      const arn = role('engineer', `p${person}@corp.example`);
      for (let each = 0; each < 4; each += 1) see(call(at, arn, `Read${Math.floor(400 * random.next() ** 3)}`));
    }
  }
  return { baseline, said, lived };
}

describe('API calls of cloud principals', () => {
  it('says so when a service calls what neither it nor its peers ever called', () => {
    const { baseline } = life(30, 1);
    const [surprise] = tell(
      baseline,
      call(MONDAY + 30 * DAY, role('svc7', 'i-9'), 'CreateAccessKey', 'iam.amazonaws.com'),
    );
    expect(surprise?.p).toBeLessThan(0.004);
    expect(surprise?.text).toBe(
      'first time in 30 days (31 of them with calls) that arn:aws:sts::1:assumed-role/svc7 called iam.amazonaws.com CreateAccessKey; 0 of 39 peers (who make the same calls) and 0 of 130 principals ever did',
    );
  });

  it('is less surprised by an engineer who often calls something new', () => {
    const { baseline } = life(30, 2);
    const at = MONDAY + 30 * DAY;
    const service = tell(baseline, call(at, role('svc8'), 'GetSecretValue'))[0]?.p ?? 1;
    const engineer = tell(baseline, call(at, role('engineer', 'p3@corp.example'), 'DescribeVolumes'))[0]?.p ?? 1;
    expect(engineer).toBeGreaterThan(10 * service);
  });

  it('is silent about a new service that all begin to use, and about a new principal', () => {
    const { baseline } = life(30, 3);
    const at = MONDAY + 30 * DAY;
    const rollout = Array.from({ length: 120 }, (_, service) =>
      call(at + service, role(`svc${service}`), 'PutMetric', 'new.amazonaws.com'),
    );
    expect(tell(baseline, ...rollout)).toEqual([]);
    expect(tell(baseline, call(at, role('brand-new'), 'DeleteTrail'))).toEqual([]);
  });

  it('says about as often as p says, in 60 days of normal life', () => {
    const { said, lived } = life(60, 4);
    const below = (limit: number) => said.filter(({ p }) => p < limit).length;
    if (process.env.SHOW === '1') console.info({ lived, p001: below(0.001), p01: below(0.01), all: said.length });
    expect(below(0.001)).toBeLessThanOrEqual(2 * 0.001 * lived);
    expect(below(0.01)).toBeLessThanOrEqual(2 * 0.01 * lived);
  });

  it('a thousand new calls in a day move the rate by one day; a threat is unlearned', () => {
    const [flooded, quiet] = [life(30, 5).baseline, life(30, 5).baseline];
    const at = MONDAY + 30 * DAY;
    for (let one = 0; one < 1000; one += 1) tell(flooded, call(at + one, role('svc7'), `X${one}`));
    tell(quiet, call(at, role('svc7'), 'X0'));
    const next = (baseline: Baseline) => tell(baseline, call(at + DAY, role('svc7'), 'DeleteTrail'));
    const ratio = (next(flooded)[0]?.p ?? 1) / (next(quiet)[0]?.p ?? 1);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
    const entities = [{ kind: 'cloud_principal' as const, value: role('svc7', 'i-3') }];
    quiet.unlearn({ tenant: 'acme', entities, from: at, to: at + DAY });
    expect(next(quiet)).toHaveLength(1);
  });

  it('comes back from its pages as it was, within its memory', () => {
    const { baseline } = life(25, 6);
    const back = apiCall(new PlainPast());
    back.restore(new Map([...baseline.pages()].map(([name, page]) => [name, page.slice()] as const)));
    const ask = (one: Baseline) =>
      Array.from({ length: 120 }, (_, at) => tell(one, call(MONDAY + 25 * DAY + at, role(`svc${at}`), `New${at % 50}`)))
        .flat()
        .map(({ key, p, text }) => [key, p, text]);
    const expected = ask(baseline);
    expect(expected.length).toBeGreaterThan(20);
    expect(ask(back)).toEqual(expected);
    const flood = apiCall(new PlainPast());
    for (let at = 0; at < 60_000; at += 1) flood.see(call(MONDAY + at * 1000, role(`r${at}`), `A${at}`));
    expect(flood.bytes).toBeLessThan(40e6);
  });
});
