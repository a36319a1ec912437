import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SourceEvent } from '../../contracts/event.ts';
import { lineModifiers, type TuningLine } from '../../contracts/tuning.ts';
import { lensOf } from '../../lenses/index.ts';
import { compileRules } from '../../sigma/index.ts';
import { Oracle } from '../../sigma/oracle.ts';
import { tuningFields } from './fields.ts';
import { filterText } from './filter-text.ts';
import { filteredRule, type TunedRule } from './filtered-rule.ts';
import { literalText } from './literal.ts';
import { selectionsOf } from './selections.ts';

const text = `
title: Shadow copies deleted
id: rule-1
logsource: { product: windows, category: process_creation }
detection:
  tool: { 'Image|endswith': '.exe' }
  words: { 'CommandLine|contains': 'delete' }
  condition: tool or words
`;
const rule: TunedRule = {
  id: 'rule-1',
  version: 'v1',
  title: 'Shadow copies deleted',
  logsource: { product: 'windows', category: 'process_creation' },
  files: [{ file: 'rule.yml', text }],
};

function eventOf(id: string, data: Readonly<Record<string, string>>): SourceEvent {
  const record = {
    EventID: 1,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    EventTime: '2026-01-05 08:00:00',
    Hostname: data.Computer ?? 'ws-01',
    ...data,
  };
  const lens = lensOf(record);
  return { id, record, lens, origin: lens.origin(record), time: 0, timeSuspect: false, file: 'f', line: 1, bytes: 1 };
}

/** The second opinion: Sigma's slow evaluator, over the rule as it is and over the rule with the filter. */
function oracleHides(filter: string): (event: SourceEvent) => boolean {
  const with_ = [...rule.files, { file: 'filter.yml', text: filter }];
  const plain = new Oracle(rule.files, compileRules(rule.files).rules);
  const filtered = new Oracle(with_, compileRules(with_).rules);
  return (event) => plain.match(event).length > 0 && filtered.match(event).length === 0;
}

/** The third: what the lines say, in plain JavaScript. */
function meets(lines: readonly TuningLine[], event: SourceEvent): boolean {
  return lines.every(({ field, modifier, values }) => {
    // Rules say Computer where this record says Hostname.
    const said = event.record[field === 'Computer' ? 'Hostname' : field];
    if (typeof said !== 'string') return false;
    const own = said.toLowerCase();
    return values.some((value) => {
      const sought = value.toLowerCase();
      if (modifier === 'startswith') return own.startsWith(sought);
      if (modifier === 'endswith') return own.endsWith(sought);
      return modifier === 'contains' ? own.includes(sought) : own === sought;
    });
  });
}

const said = { description: 'a run', date: '2026-01-05' };
/** Signs that mean something to Sigma or YAML, and a few that do not. ASCII: folding beyond it is Sigma's own affair. */
const hostile = fc
  .array(
    fc.constantFrom(
      '*',
      '?',
      '\\',
      '\\\\',
      '"',
      "'",
      ':',
      '#',
      '%',
      '{',
      '}',
      '[',
      ']',
      '&',
      '!',
      '|',
      '>',
      '-',
      ' ',
      'a',
      'B',
      '1',
      '~',
      ',',
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((signs) => signs.join(''))
  .filter((value) => value.trim() !== '');

describe('a filter', () => {
  it('means the very text, whatever signs are in it', () => {
    fc.assert(
      fc.property(
        hostile,
        fc.constantFrom(...lineModifiers),
        fc.array(hostile, { maxLength: 6 }),
        (value, modifier, others) => {
          const lines: TuningLine[] = [{ field: 'CommandLine', modifier, values: [value] }];
          const filter = filterText(rule, lines, said);
          const { hides } = filteredRule(rule, filter);
          const expected = oracleHides(filter);
          for (const other of [
            value,
            `x${value}`,
            `${value}x`,
            `x${value}x`,
            value.replaceAll('*', 'z'),
            value.replaceAll('?', 'z'),
            value.replaceAll('\\', ''),
            ...others,
          ]) {
            const event = eventOf('e', { Image: 'C:\\a.exe', CommandLine: other });
            expect(hides(event)).toBe(meets(lines, event));
            expect(expected(event)).toBe(hides(event));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('reads again as what was written', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 3 }), (values) => {
        const read = parse(filterText(rule, [{ field: 'Image', modifier: 'endswith', values }], said));
        const written = values.map(literalText);
        expect(read.filter.selection).toEqual({ 'Image|endswith': written.length === 1 ? written[0] : written });
        expect(read.filter.rules).toEqual(['rule-1']);
        expect(
          compileRules([
            ...rule.files,
            { file: 'f.yml', text: filterText(rule, [{ field: 'Image', modifier: '', values }], said) },
          ]).problems,
        ).toEqual([]);
      }),
    );
  });
});

const word = fc.constantFrom('backup.exe', 'Agent.EXE', 'cmd.exe', 'x*y.exe', 'run?.exe', 'tool');
const folder = fc.constantFrom('C:\\Program Files\\Backup\\', 'C:\\Windows\\System32\\', '\\\\server\\share\\');
const path = fc.tuple(folder, word).map(([a, b]) => a + b);
const process = fc.record({
  Image: path,
  ParentImage: path,
  User: fc.constantFrom('ACME\\svc-backup', 'ACME\\ana', 'NT AUTHORITY\\SYSTEM'),
  Hostname: fc.constantFrom('ws-01', 'ws-02', 'srv-09'),
  CommandLine: fc
    .tuple(path, fc.constantFrom(' delete shadows', ' /quiet "a b"', ' list * all?'), fc.constantFrom('', ' 1', ' 2'))
    .map((parts) => parts.join('')),
});

describe('selections of a run', () => {
  it('hide what they claim on any events, and all of the run they were made from', () => {
    let selections = 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(process, { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 6 }),
        fc.record(
          Object.fromEntries(
            ['Image', 'ParentImage', 'User', 'Hostname', 'CommandLine'].map((field) => [field, fc.boolean()]),
          ),
        ),
        fc.array(process, { maxLength: 20 }),
        (findings, alike, others) => {
          // Fields that are alike have the first event's value throughout: that is what makes a run.
          const [[first] = []] = findings;
          const same = Object.fromEntries(Object.entries(first ?? {}).filter(([field]) => alike[field] === true));
          const run = findings.map((events, f) => ({
            id: `f${f}`,
            events: events.map((data, e) => eventOf(`${f}.${e}`, { ...data, ...same })),
          }));
          const strangers = others.map((data, at) => eventOf(`o${at}`, data));
          for (const { lines, from } of selectionsOf(run, tuningFields([]))) {
            selections += 1;
            const filter = filterText(rule, lines, said);
            const { fires, hides } = filteredRule(rule, filter);
            const oracle = oracleHides(filter);
            for (const event of [...strangers, ...run.flatMap(({ events }) => events)]) {
              expect(hides(event)).toBe(fires(event) && meets(lines, event));
              expect(oracle(event)).toBe(hides(event));
            }
            const own = run.filter(({ id }) => from.includes(id)).flatMap(({ events }) => events);
            expect(own.every((event) => meets(lines, event))).toBe(true);
          }
        },
      ),
      { numRuns: 120 },
    );
    expect(selections).toBeGreaterThan(100);
  });

  const job = (n: number, more: Readonly<Record<string, string>> = {}) => ({
    id: `f${n}`,
    events: [
      eventOf(`e${n}`, {
        Image: 'C:\\Program Files\\Backup\\agent.exe',
        ParentImage: 'C:\\Windows\\System32\\services.exe',
        User: 'ACME\\svc-backup',
        CommandLine: `agent.exe --job ${n}`,
        ...more,
      }),
    ],
  });

  it('prefer what pins down to what anybody can write, and whole values to parts', () => {
    const [best] = selectionsOf([job(1), job(2), job(3)], tuningFields([]));
    expect(best?.lines.map(({ field, modifier }) => field + modifier)).toEqual([
      'Image',
      'ParentImage',
      'User',
      'Computer',
    ]);
    const everywhere = [job(1, { Hostname: 'a1' }), job(2, { Hostname: 'a2' }), job(3, { Hostname: 'a3' })];
    const [roaming] = selectionsOf(everywhere, tuningFields([]));
    expect(roaming?.lines).toEqual([
      { field: 'Image', modifier: '', values: ['C:\\Program Files\\Backup\\agent.exe'] },
      { field: 'ParentImage', modifier: '', values: ['C:\\Windows\\System32\\services.exe'] },
      { field: 'User', modifier: '', values: ['ACME\\svc-backup'] },
      { field: 'CommandLine', modifier: 'startswith', values: ['agent.exe --job '] },
    ]);
  });

  it('never rest on free text alone while something better is shared', () => {
    const run = [1, 2, 3].map((n) =>
      job(n, { Image: `C:\\${n}\\x${n}.exe`, User: `u${n}`, CommandLine: 'vssadmin delete shadows' }),
    );
    const fields = tuningFields([]);
    for (const { lines } of selectionsOf(run, fields))
      expect(lines.some(({ field }) => field !== 'CommandLine')).toBe(true);
  });

  it('find the group in a run of two causes', () => {
    const other = (n: number) =>
      job(n, {
        Image: 'D:\\deploy\\setup.exe',
        User: 'ACME\\deploy',
        ParentImage: 'D:\\deploy\\run.exe',
        Hostname: `h${n}`,
      });
    const found = selectionsOf([job(1), job(2), job(3), other(4), other(5), other(6)], tuningFields([]));
    expect(
      found.some(
        ({ from, lines }) =>
          from.join() === 'f4,f5,f6' && lines.some(({ values }) => values[0] === 'D:\\deploy\\setup.exe'),
      ),
    ).toBe(true);
  });

  it('leave out what the rule demands already, and values that nobody could read', () => {
    const run = [1, 2, 3].map((n) => job(n, { User: 'ACME\\svc\u202Eback' }));
    const found = selectionsOf(run, tuningFields([]), ({ field }) => field === 'Image');
    for (const { lines } of found) expect(lines.some(({ field }) => field === 'Image' || field === 'User')).toBe(false);
  });
});
