import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRules, readPipelines } from '../../src/sigma/index.ts';

const good = `title: good
logsource: { product: p }
detection:
  s: { f: 1 }
  condition: s
`;

/** Whatever is read: the good rule beside it compiles, nothing is thrown, every problem has a code and a line. */
function survives(text: string): readonly string[] {
  const { rules, problems } = compileRules([
    { file: 'strange.yml', text },
    { file: 'good.yml', text: good },
  ]);
  expect(rules.some(({ title, file }) => title === 'good' && file === 'good.yml')).toBe(true);
  for (const problem of problems) {
    expect(problem.code).toMatch(/^SIGMA_[A-Z_0-9]+$/);
    expect(problem.line).toBeGreaterThan(0);
    expect(problem.message.length).toBeLessThan(2000);
  }
  return problems
    .filter(({ severity, file }) => severity === 'error' && file === 'strange.yml')
    .map(({ code }) => code);
}

const rule = (detection: string) => `title: t\nlogsource: { product: p }\ndetection:\n${detection}`;

describe('hostile rule files are refused with a clear error, soon', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefghij'.split('').map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(', ')}]`),
  ].join('\n');
  const cases: readonly [name: string, text: string, code: string][] = [
    ['an alias bomb', `${bomb}\ntitle: t\ndetection: { s: { f: *j }, condition: s }`, 'SIGMA_YAML_NODES'],
    ['an alias of itself', 'title: t\ndetection: &d { s: *d, condition: s }', 'SIGMA_YAML_DEPTH'],
    ['an alias of nothing', 'title: *none', 'SIGMA_YAML_'],
    ['brackets without end', `title: ${'['.repeat(100_000)}`, 'SIGMA_YAML_DEPTH'],
    ['braces without end', '{a: '.repeat(100_000), 'SIGMA_YAML_DEPTH'],
    ['lists in lists on one line', `x: \n ${'- '.repeat(50_000)}a`, 'SIGMA_YAML_DEPTH'],
    ['keys in keys', `${'? '.repeat(50_000)}a`, 'SIGMA_YAML_DEPTH'],
    [
      'maps in maps by indentation',
      Array.from({ length: 900 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'SIGMA_YAML_DEPTH',
    ],
    ['three million characters', `title: ${'x'.repeat(3_000_000)}`, 'SIGMA_YAML_SIZE'],
    ['a list of a million values', rule(`  s:\n    f: [${'1,'.repeat(900_000)}1]\n  condition: s`), 'SIGMA_YAML_NODES'],
    ['a map of many keys', Array.from({ length: 150_000 }, (_, i) => `k${i}: 1`).join('\n'), 'SIGMA_YAML_NODES'],
    ['a JavaScript tag', 'title: !!js/function "function () { return 1 }"', 'SIGMA_YAML_TAG'],
    ['a Python tag', 'title: !!python/object/apply:os.system ["id"]', 'SIGMA_YAML_TAG'],
    ['a binary tag', 'title: !!binary aGVsbG8=', 'SIGMA_YAML_TAG'],
    ['a tag of its own', 'title: !mine x', 'SIGMA_YAML_TAG'],
    ['a directive', '%YAML 1.1\n---\ntitle: t', 'SIGMA_YAML_DIRECTIVE'],
    ['a tag directive', '%TAG ! tag:example.com,2000:\n---\ntitle: t', 'SIGMA_YAML_DIRECTIVE'],
    ['a merge key', 'a: &a { b: 1 }\nc: { <<: *a }', 'SIGMA_YAML_MERGE'],
    ['a key given twice', 'title: t\ntitle: u', 'SIGMA_YAML_DUPLICATE'],
    ['a NUL', 'title: a\0b', 'SIGMA_YAML_BINARY'],
    ['not YAML', 'title: "open', 'SIGMA_YAML_SYNTAX'],
    ['too many documents', '---\na: 1\n'.repeat(2_000), 'SIGMA_YAML_DOCUMENTS'],
    ['a list where a rule should be', '- 1\n- 2', 'SIGMA_DOCUMENT'],
    ['a title that is a map', 'title: { a: b }', 'SIGMA_TITLE'],
    [
      'a condition of many brackets',
      rule(`  s: { f: 1 }\n  condition: ${'('.repeat(5_000)}s${')'.repeat(5_000)}`),
      'SIGMA_CONDITION_SYNTAX',
    ],
    [
      'a condition of many nots',
      rule(`  s: { f: 1 }\n  condition: ${'not '.repeat(3_000)}s`),
      'SIGMA_CONDITION_SYNTAX',
    ],
    ['a condition without end', rule(`  s: { f: 1 }\n  condition: s${' or s'.repeat(10_000)}`), 'SIGMA_CONDITION_SIZE'],
    ['windash without end', rule(`  s: { 'f|windash': '${' -a'.repeat(50)}' }\n  condition: s`), 'SIGMA_VALUE_COUNT'],
    [
      'a regular expression that grows',
      rule(`  s: { 'f|re': '((((a{9}){9}){9}){9}){9}' }\n  condition: s`),
      'SIGMA_REGEX_SYNTAX',
    ],
    [
      'a regular expression without end',
      rule(`  s: { 'f|re': '${'a|'.repeat(8_000)}b' }\n  condition: s`),
      'SIGMA_REGEX_SIZE',
    ],
    [
      'a field called constructor',
      rule('  s: { constructor: 1, __proto__: 2 }\n  condition: s and toString'),
      'SIGMA_CONDITION_NAME',
    ],
    [
      'a placeholder called constructor',
      rule("  s: { 'f|expand': '%constructor%' }\n  condition: s"),
      'SIGMA_PLACEHOLDER_UNKNOWN',
    ],
  ];
  test.for(cases)('%s', ([, text, code]) => {
    const before = performance.now();
    expect(survives(text).some((found) => found.startsWith(code))).toBe(true);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test('many placeholders in one value', () => {
    const value = '%p%'.repeat(40);
    const { problems } = compileRules(
      [{ file: 'r.yml', text: rule(`  s: { 'f|expand': '${value}' }\n  condition: s`) }],
      { placeholders: { p: ['a', 'b'] } },
    );
    expect(problems.map(({ code }) => code)).toContain('SIGMA_VALUE_COUNT');
  });
});

describe('random rule files', () => {
  const token = fc.constantFrom(
    'title: t\n',
    'logsource:\n',
    '  product: p\n',
    'detection:\n',
    '  s:\n',
    '    f|contains: x\n',
    '  condition: s\n',
    '---\n',
    '- ',
    '  ',
    '\n',
    ': ',
    '&a ',
    '*a ',
    '!!str ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '|',
    '>',
    '#',
    '1',
    'null',
    '? ',
    '%',
    '\t',
    'correlation:\n',
    '  type: event_count\n',
    '  rules: [t]\n',
    'filter:\n',
    'action: global\n',
    '\ud800',
    '\u2028',
  );
  test('tokens of rule files in any order', () => {
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 60 }).map((all) => all.join('')),
        (text) => void survives(text),
      ),
      { numRuns: 1500 },
    );
  });

  test('a real rule with pieces cut out, doubled and replaced', () => {
    const real = `title: t\nid: 0e95725d-7320-415d-80f7-004da920fc11\nlogsource:\n  product: p\ndetection:\n  a:\n    - f|endswith: '\\x.exe'\n      g|re: 'a.*b'\n  b|c: 1\n  condition: 1 of a* and not b\n---\ntitle: c\nname: c\ncorrelation:\n  type: value_count\n  rules: [t]\n  group-by: [u]\n  timespan: 5m\n  condition: { gte: 3, field: v }\n`;
    const cut = fc.tuple(
      fc.nat(real.length),
      fc.nat(30),
      fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('', '\n', '- ', '{', ']', 'null')),
    );
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 5 }), (cuts) => {
        const text = cuts.reduce(
          (whole, [at, length, put]) => whole.slice(0, at) + put + whole.slice(at + length),
          real,
        );
        survives(text);
      }),
      { numRuns: 1500 },
    );
  });

  test('any text at all, as rules and as a pipeline', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        survives(text);
        for (const { code } of readPipelines([{ file: 'p.yml', text }]).problems) expect(code).toMatch(/^SIGMA_/);
      }),
      { numRuns: 1000 },
    );
  });
});
