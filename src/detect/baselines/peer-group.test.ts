import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import { tell } from '../../../test/support/tell.ts';
import type { Baseline, Surprise } from './baseline.ts';
import { peerGroup } from './peer-group.ts';

const departments: readonly (readonly string[])[] = [
  ['excel', 'outlook', 'sap', 'datev', 'teams', 'acrobat'],
  ['code', 'git', 'node', 'docker', 'slack', 'python'],
  ['photoshop', 'illustrator', 'teams', 'chrome', 'indesign', 'dropbox'],
];

const run = (at: number, user: string, image: string) =>
  sighting('process_start', at, { user, image: `${image}.exe`, host: `pc-${user}` });

/** Three departments of 40, each with programs of its own and some that people try out. */
function life(days: number, seed: number, each = 40) {
  const random = new Chance(seed);
  const baseline = peerGroup(new PlainPast());
  const said: Surprise[] = [];
  let lived = 0;
  const see = (one: ReturnType<typeof run>) => said.push(...tell(baseline, one));
  for (let day = 0; day < days; day += 1) {
    if (day % 7 > 4) continue;
    for (let person = 0; person < 3 * each; person += 1) {
      lived += 1;
      const programs = departments[person % 3] ?? [];
      const at = MONDAY + day * DAY + 8 * HOUR + random.below(9 * HOUR);
      for (let once = 0; once < 5; once += 1) see(run(at, `u${person}`, programs[random.below(6)] ?? ''));
      see(run(at, `u${person}`, 'explorer'));
      if (random.next() < 0.05) see(run(at, `u${person}`, `tool${person % 3}${random.below(5)}`));
      if (random.next() < 0.002) see(run(at, `u${person}`, `odd${random.below(300)}`));
    }
  }
  return { baseline, said, lived };
}

describe('what peers never do', () => {
  it('says so when somebody of the accounts department runs what developers run all day', () => {
    const { baseline } = life(35, 1);
    const at = MONDAY + 35 * DAY;
    const ofUser = tell(baseline, run(at, 'u3', 'docker')).find(({ entities }) => entities[0]?.kind === 'user');
    expect(ofUser?.p).toBeLessThan(0.01);
    expect(ofUser?.text).toBe(
      'user u3 ran docker.exe for the first time in 35 days; 0 of 39 peers of u3 (who use the same programs) do this, and 40 of 120 users in all',
    );
  });

  it('is silent where peers do it, where nobody is like one yet, and where all of a department get a program', () => {
    const { baseline } = life(35, 2);
    const at = MONDAY + 35 * DAY;
    expect(tell(baseline, run(at, 'somebody new', 'mimikatz'))).toEqual([]);
    expect(tell(baseline, run(at, 'u1', 'git'))).toEqual([]);
    const rollout = Array.from({ length: 40 }, (_, one) => run(at + one, `u${3 * one}`, 'newsap'));
    expect(tell(baseline, ...rollout)).toEqual([]);
  });

  it('says about as often as p says, in 60 days of normal life', () => {
    const { said, lived } = life(60, 3, 80);
    const users = said.filter(({ entities }) => entities[0]?.kind === 'user');
    const below = (limit: number) => users.filter(({ p }) => p < limit).length;
    if (process.env.SHOW === '1') console.info({ lived, p001: below(0.001), p01: below(0.01), all: users.length });
    expect(below(0.001)).toBeLessThanOrEqual(2 * 0.001 * lived);
    expect(below(0.01)).toBeLessThanOrEqual(2 * 0.01 * lived);
  });

  it('is stable: groups stay the departments, week after week, also when all of them change a program', () => {
    const { baseline } = life(70, 4);
    const at = MONDAY + 70 * DAY;
    const peers = (user: string) => Number(tell(baseline, run(at, user, `x-${user}`))[0]?.numbers.peers);
    expect([peers('u9'), peers('u10'), peers('u11')]).toEqual([39, 39, 39]);
  });

  it('a threat is unlearned; it comes back from its pages as it was, within its memory', () => {
    const { baseline } = life(35, 5);
    const at = MONDAY + 35 * DAY;
    const odd = () => tell(baseline, run(at, 'u3', 'docker')).length;
    expect([odd(), odd()]).toEqual([1, 0]);
    const entities = [{ kind: 'user' as const, value: 'u3' }];
    baseline.unlearn({ tenant: 'acme', entities, from: at, to: at });
    expect(odd()).toBe(1);
    const back = peerGroup(new PlainPast());
    back.restore(new Map([...baseline.pages()].map(([name, page]) => [name, page.slice()] as const)));
    const ask = (one: Baseline) =>
      Array.from({ length: 100 }, (_, each) => tell(one, run(at + DAY, `u${each}`, `new${each % 60}`)))
        .flat()
        .map(({ key, p, text }) => [key, p, text]);
    const expected = ask(baseline);
    expect(expected.length).toBeGreaterThan(50);
    expect(ask(back)).toEqual(expected);
    const flood = peerGroup(new PlainPast());
    for (let each = 0; each < 60_000; each += 1) flood.see(run(MONDAY + each * 1000, `r${each}`, `a${each}`));
    if (process.env.SHOW === '1') console.info('bytes', flood.bytes);
    expect(flood.bytes).toBeLessThan(60e6);
  });
});
