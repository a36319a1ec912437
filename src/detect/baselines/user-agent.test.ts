import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import { tell } from '../../../test/support/tell.ts';
import { agentFamily, clientName } from './agent-family.ts';
import type { Surprise } from './baseline.ts';
import { userAgent } from './user-agent.ts';

const browser = (version: number) =>
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.6099.71 Safari/537.36`;

/** Hosts whose traffic a sensor sees: a browser that updates every three weeks, updaters, and now and then a new tool. */
function life(hosts: number, days: number, seed: number) {
  const random = new Chance(seed);
  const baseline = userAgent(new PlainPast());
  const said: Surprise[] = [];
  let lived = 0;
  const see = (at: number, host: number, agent: string) =>
    said.push(...tell(baseline, sighting('network', at, { host: `pc${host}`, userAgent: agent })));
  for (let day = 0; day < days; day += 1) {
    for (let host = 0; host < hosts; host += 1) {
      if (day % 7 > 4) continue;
      lived += 1;
      const at = MONDAY + day * DAY + 8 * HOUR + random.below(8 * HOUR);
      see(at, host, browser(100 + Math.floor(day / 21)));
      see(at, host, `Microsoft-CryptoAPI/10.${host % 3}`);
      // Developers try things out; others hardly ever do.
      if (random.next() < (host % 15 === 0 ? 0.15 : 0.002)) see(at, host, `tool${random.below(500)}-x/1.${day}`);
    }
  }
  return { baseline, said, lived };
}

describe('user agents', () => {
  it('says so when a machine that only browses calls itself what none ever did', () => {
    const { baseline } = life(80, 30, 1);
    const [surprise] = tell(
      baseline,
      sighting('network', MONDAY + 30 * DAY, { host: 'pc7', userAgent: 'Havoc/0.7 beacon' }),
    );
    expect(surprise?.p).toBeLessThan(0.002);
    expect(surprise?.text).toBe(
      'first time in 30 days (23 of them with user agents) that pc7 calls itself Havoc/0.7 beacon; 0 of 80 others ever did',
    );
  });

  it('is silent when every browser updates, a tool comes to all, and a new machine comes', () => {
    const { baseline } = life(80, 30, 2);
    const at = MONDAY + 30 * DAY;
    const all = (agent: string) =>
      Array.from({ length: 80 }, (_, host) => sighting('network', at + host, { host: `pc${host}`, userAgent: agent }));
    expect(tell(baseline, ...all(browser(188)))).toEqual([]);
    expect(tell(baseline, ...all('NewAgent/1.0 (rollout)'))).toEqual([]);
    expect(tell(baseline, sighting('network', at, { host: 'new', userAgent: 'curl/8.4' }))).toEqual([]);
  });

  it('says about as often as p says, in 60 days of normal life', () => {
    const { said, lived } = life(300, 60, 3);
    const below = (limit: number) => said.filter(({ p }) => p < limit).length;
    if (process.env.SHOW === '1') console.info({ lived, p001: below(0.001), p01: below(0.01), all: said.length });
    expect(below(0.001)).toBeLessThanOrEqual(2 * 0.001 * lived);
    expect(below(0.01)).toBeLessThanOrEqual(2 * 0.01 * lived);
  });

  it('what is held comes back from the pages, and a threat is unlearned', () => {
    const { baseline } = life(80, 30, 4);
    const at = MONDAY + 30 * DAY;
    const odd = (when: number) => sighting('network', when, { host: 'pc7', userAgent: 'Havoc/0.7 beacon' });
    expect(baseline.see(odd(at))).toEqual([]);
    const back = userAgent(new PlainPast());
    back.restore(new Map([...baseline.pages()].map(([name, page]) => [name, page.slice()] as const)));
    const due = back.close?.('acme', at / HOUR + 2) ?? [];
    expect(due.map(({ key }) => key)).toEqual(['pc7|havoc/# beacon']);
    expect(tell(back, odd(at + DAY))).toEqual([]);
    back.unlearn({ tenant: 'acme', entities: [{ kind: 'host', value: 'pc7' }], from: at, to: at + DAY });
    expect(tell(back, odd(at + 2 * DAY))).toHaveLength(1);
  });

  it('finds nearly all of many planted, each at a machine of its own', () => {
    const { baseline } = life(200, 30, 5);
    const letters = 'abcdefghijklmnopqrst';
    const found = Array.from({ length: 200 }, (_, host) => {
      const name = `beacon-${letters[host % 20]}${letters[Math.floor(host / 20)]}/1`;
      return tell(baseline, sighting('network', MONDAY + 30 * DAY, { host: `pc${host}`, userAgent: name }));
    })
      .flat()
      .filter(({ p }) => p < 0.01).length;
    if (process.env.SHOW === '1') console.info('planted 200, p < 0.01:', found);
    expect(found).toBeGreaterThan(140);
  });

  it('takes versions and ids out, in bounded time', () => {
    expect(agentFamily(browser(120))).toBe(agentFamily(browser(121)));
    expect(agentFamily('aws-cli/2.13.5 Python/3.11.4')).toBe(agentFamily('aws-cli/2.9.0 Python/3.9.1'));
    expect(agentFamily('app 5f3a9c0d12ab/x')).toBe(agentFamily('app 0d9c8b7a6f5e/x'));
    expect(agentFamily('curl/8')).not.toBe(agentFamily('wget/8'));
    expect(agentFamily('1.'.repeat(1e6)).length).toBeLessThan(200);
    expect(clientName(browser(120))).toBe('Chrome on Windows');
    expect(clientName('python-requests/2.31')).toBe('python-requests');
  });
});
