import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ruleFiles } from '../../bench/rule-files.ts';
import { compareWithOracle, sameLine } from '../../bench/sigma-difference.ts';
import { compileRules, type Shape, type SigmaEvent } from './index.ts';
import { Oracle } from './oracle.ts';

const shape: Shape = {
  name: 'plain',
  reader: (field) => (record) => record[field],
  someValue: (record, visit) =>
    Object.values(record).some((value) => (Array.isArray(value) ? value.some(visit) : visit(value))),
};

/** Few letters and every character that means something to someone, so that patterns and values meet. */
const piece = fc.constantFrom(
  'a',
  'b',
  'A',
  'ab',
  'ß',
  'ss',
  'S',
  'İ',
  'ı',
  'σ',
  'ς',
  'Σ',
  '\u212a',
  'k',
  '😀',
  '*',
  '?',
  '\\',
  '-',
  '/',
  '–',
  ' ',
  ' -a',
  '.exe',
  '\n',
  '1',
  '10',
  '0x1',
  '%p%',
  '\\%',
  '[',
  '+',
  '',
);
const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const scalar = fc.oneof(
  { arbitrary: text, weight: 6 },
  fc.integer({ min: -2, max: 12 }),
  fc.constantFrom(0.5, true, false, null, '4688', 4688, '2024-03-01T10:11:12Z', '10.0.0.1', '::1', 1709287872),
);
const value = fc.oneof({ arbitrary: scalar, weight: 5 }, fc.array(scalar, { maxLength: 3 }));
const record = fc.dictionary(fc.constantFrom('f', 'g', 'h'), value, { maxKeys: 3 });

const ofText = fc.constantFrom(
  '',
  '|contains',
  '|startswith',
  '|endswith',
  '|cased',
  '|contains|cased',
  '|contains|windash',
  '|windash',
  '|endswith|windash',
  '|wide|contains',
  '|base64|contains',
  '|base64offset|contains',
  '|wide|base64offset|contains',
  '|neq',
  '|contains|neq',
  '|contains|all',
  '|all',
  '|utf16be',
  '|utf16',
  '|expand',
  '|contains|expand',
  '|fieldref',
  '|fieldref|contains',
  '|fieldref|neq',
  '|startswith|fieldref',
);
const ofNumber = fc.constantFrom(
  '',
  '|lt',
  '|lte',
  '|gt',
  '|gte',
  '|hour',
  '|minute|gte',
  '|day',
  '|week',
  '|month',
  '|year',
  '|neq',
  '|contains',
  '|gt|neq',
);
const regexes = fc.constantFrom(
  'a',
  'a+b',
  '^a.*b$',
  '(a|b)+',
  'a[^b]c?',
  '(?i)SS',
  '\\d+',
  'a{2,3}',
  '(ab|exe)$',
  '\\.exe',
  '(a*)*b',
  '.',
  'a\\sb?',
  '(aa|bb|cc)x?',
  '(?:ab)+1',
);
const names = ['f', 'g', 'h', 'nowhere'];
const field = fc.constantFrom(...names);

const line: fc.Arbitrary<[string, unknown]> = fc.oneof(
  {
    arbitrary: fc
      .tuple(field, ofText, fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })))
      .map(([name, modifiers, values]): [string, unknown] => [
        name + modifiers,
        modifiers.includes('fieldref') ? 'g' : values,
      ]),
    weight: 6,
  },
  {
    arbitrary: fc
      .tuple(field, ofNumber, fc.integer({ min: 0, max: 12 }))
      .map(([name, modifiers, number]): [string, unknown] => [name + modifiers, number]),
    weight: 2,
  },
  fc
    .tuple(field, fc.constantFrom('|re', '|re|i', '|re|s', '|re|m', '|re|i|neq'), regexes)
    .map(([name, modifiers, source]): [string, unknown] => [name + modifiers, source]),
  fc
    .tuple(field, fc.constantFrom('10.0.0.0/8', '::/64', '::ffff:0:0/96'))
    .map(([name, network]): [string, unknown] => [`${name}|cidr`, network]),
  fc.tuple(field, fc.boolean()).map(([name, wanted]): [string, unknown] => [`${name}|exists`, wanted]),
  fc
    .tuple(field, fc.constantFrom<unknown>(null, '', true, false, [null, 'a'], 4688, '4688', 0.5))
    .map(([name, special]): [string, unknown] => [name, special]),
  fc
    .tuple(
      fc.constantFrom('|all', '|re', '|contains', '|cased'),
      fc.array(fc.constantFrom('a', 'ss', 'exe', '1'), { minLength: 2, maxLength: 3 }),
    )
    .map(([modifiers, values]): [string, unknown] => [modifiers, values]),
);
const map = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => Object.fromEntries(lines));
const selection = fc.oneof(
  { arbitrary: map, weight: 4 },
  fc.array(map, { minLength: 1, maxLength: 3 }),
  fc.array(text, { minLength: 1, maxLength: 3 }),
);

const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('s1', 's2', '_s3', '1 of them', 'all of them', '1 of s*', 'all of *s*', '2 of *'),
    tie('condition').map((inner) => `not ${inner}`),
    fc.tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition')).map((words) => words.join(' ')),
    tie('condition').map((inner) => `(${inner})`),
  ),
}));

const rule = fc.record({
  s1: selection,
  s2: selection,
  _s3: selection,
  condition: fc.oneof(condition, fc.array(condition, { minLength: 1, maxLength: 2 })),
});

test('engine and oracle agree about random rules and events, matches and explanations', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 6 }),
      fc.array(record, { minLength: 1, maxLength: 4 }),
      (detections, records) => {
        const files = detections.map((detection, i) => ({
          file: `${i}.yml`,
          text: JSON.stringify({ title: `rule ${i}`, logsource: { product: 'p' }, detection }),
        }));
        const options = { placeholders: { p: ['a', 'b*'] } };
        const { engine, rules } = compileRules(files, options);
        const oracle = new Oracle(files, rules, options);
        for (const each of records) {
          const event: SigmaEvent = {
            lens: shape,
            record: each,
            json: JSON.stringify(each),
            origin: { product: 'p', service: undefined, categories: [] },
            time: 0,
          };
          const found = engine.match(event);
          expect(found.map(({ title }) => title)).toEqual(oracle.match(event).map(({ title }) => title));
          for (const one of rules) {
            const ours = engine.explain(one, event);
            const theirs = oracle.explain(one, event);
            expect(ours.matched).toBe(found.includes(one));
            for (const [i, { name, lines }] of ours.selections.entries()) {
              const other = theirs?.selections[i];
              expect({ name, same: other !== undefined && sameLine(lines, other.line) }).toEqual({ name, same: true });
            }
            if (ours.matched) expect(Array.isArray(engine.matchedFields(one, event))).toBe(true);
          }
        }
      },
    ),
    { numRuns: 3000 },
  );
});

const data = ['../shared/data/mordor/events', '../shared/data/sigma/regression_data'];
const ruleFolders = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].map(
  (name) => `../shared/data/sigma/${name}`,
);
const absent = [...data, ...ruleFolders].find((path) => !existsSync(path));
if (absent !== undefined)
  console.log(`skipped: engine and oracle over public rules and events: ${absent} is not there`);

describe.skipIf(absent !== undefined)('public rules over real events', () => {
  test('engine and oracle agree on a fixed stride through the captures', async () => {
    const totals = await compareWithOracle({
      files: ruleFiles(ruleFolders),
      data: data.slice(0, 1),
      sample: 200,
      part: 0,
      parts: 1,
      explainEvery: 25,
    });
    expect(totals.differences).toEqual([]);
    expect(totals.events).toBeGreaterThan(150);
  });

  test('engine and oracle agree on the regression events, where something matches', async () => {
    const totals = await compareWithOracle({
      files: ruleFiles(ruleFolders),
      data: data.slice(1),
      sample: 60,
      part: 0,
      parts: 1,
      explainEvery: 30,
    });
    expect(totals.differences).toEqual([]);
    expect(totals.matches).toBeGreaterThan(40);
  });
});
