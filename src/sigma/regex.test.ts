import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { compileRules, type Shape, type SigmaEvent } from './index.ts';
import { regexTest } from './regex.ts';
import { backtrackingLimit, requiredTexts, shapeOf } from './regex-shape.ts';

describe('regular expressions of strangers', () => {
  const long = 64 * 1024;
  const worst: readonly [name: string, source: string, text: string][] = [
    ['nested repeats', '(a+)+$', `${'a'.repeat(long)}!`],
    ['overlapping choices', '(a|aa|a)*b', 'a'.repeat(long)],
    ['polynomial', '.*.*.*.*=x', 'x'.repeat(long)],
    ['optional row', `${'a?'.repeat(200)}${'a'.repeat(200)}`, 'a'.repeat(long)],
    ['quadratic with a required text', '\\s+\\$\\w+\\s*=\\s*.*key', `${' $a '.repeat(long / 4)}key`],
    ['spaces before what does not come', '\\s*[a-z]*\\s*;\\s*end', ' '.repeat(long)],
    ['quadratic over plain text, in any case', '(?i)set.*&&.*call.*%', 'SET && '.repeat(long / 7)],
  ];
  test.for(worst)('%s: 64 KB in well under a second', ([, source, text]) => {
    const find = regexTest(source, '', 1);
    const before = process.cpuUsage();
    find(text);
    const used = process.cpuUsage(before);
    expect((used.user + used.system) / 1000).toBeLessThan(900);
  });

  test('a rule with the worst case runs through the engine, matched and explained', () => {
    const shape: Shape = { name: 'plain', reader: (field) => (record) => record[field], someValue: () => false };
    const text = 'title: t\nlogsource: { product: p }\ndetection:\n  s: { "f|re": "(x+x+)+y" }\n  condition: s';
    const { engine, rules } = compileRules([{ file: 'r.yml', text }]);
    const event: SigmaEvent = {
      lens: shape,
      record: { f: 'x'.repeat(long) },
      origin: { product: 'p', service: undefined, categories: [] },
      time: 0,
    };
    const before = process.cpuUsage();
    expect(engine.match(event)).toEqual([]);
    expect(rules.map((rule) => engine.explain(rule, event).matched)).toEqual([false]);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
  });

  test.for(['(a+)+', '(a|b)*', '(a?)*', '((ab)*c)*', '(a{1,9}){1,9}'])(
    '%s never runs on the backtracking engine',
    (source) => {
      const shape = shapeOf(source, '');
      expect(shape && backtrackingLimit(shape, 1e6)).toBe(0);
    },
  );

  test.for<[string, number]>([
    ['abc', 1_000_000],
    ['a.*b', 1000],
    ['a.*b.*c', 100],
    ['^abc$', Number.POSITIVE_INFINITY],
  ])('%s may backtrack over at most %i characters', ([source, limit]) => {
    const shape = shapeOf(source, '');
    expect(
      (shape && Math.abs(backtrackingLimit(shape, 1e6) - limit) <= 1) ||
        backtrackingLimit(shape as never, 1e6) === limit,
    ).toBe(true);
  });

  test.for<[string, readonly string[] | undefined]>([
    ['abc', ['abc']],
    ['ab(cd)ef', ['abcdef']],
    ['ab+cd', ['cd']],
    ['(foo|quux)[0-9]', ['foo', 'quux']],
    ['(foo|[0-9])x', undefined],
    ['a*b*', undefined],
    ['(?i)Net.*User', ['User']],
    ['x{0,3}long', ['long']],
    ['a(?=b)', undefined],
    ['\\.exe$', ['.exe']],
  ])('%s needs %j', ([source, texts]) => {
    const shape = shapeOf(source, '');
    const required = shape && requiredTexts(shape);
    expect(required?.map((text) => text.toLowerCase())).toEqual(texts?.map((text) => text.toLowerCase()));
  });

  const atom = fc.constantFrom(
    'a',
    'b',
    'ab',
    '.',
    '\\.',
    '[ab]',
    '[^a]',
    '\\d',
    '\\w',
    '\\s',
    ' ',
    '-',
    '(a)',
    '(ab|b)',
    '(?:a.|b)',
    '(a|)',
    '^',
    '$',
    '\\b',
  );
  const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?');
  const source = fc
    .array(fc.tuple(atom, quantifier), { minLength: 1, maxLength: 6 })
    .map((pairs) => pairs.map(([a, q]) => (/^(?:\^|\$|\\b)$/.test(a) ? a : a + q)).join(''));
  const subject = fc
    .array(fc.constantFrom('a', 'b', 'A', 'B', '.', ' ', '-', '1', '\n', 'é', '\u212a', 'ſ', '\r'), { maxLength: 12 })
    .map((all) => all.join(''));

  test('gates and the quick engine never change what RE2 says', () => {
    fc.assert(
      fc.property(source, fc.constantFrom('', 'i', 's', 'm', 'im'), subject, (regex, flags, text) => {
        const bits =
          (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
          (flags.includes('s') ? RE2JS.DOTALL : 0) |
          (flags.includes('m') ? RE2JS.MULTILINE : 0);
        expect(regexTest(regex, flags, 1)(text)).toBe(RE2JS.compile(regex, bits).matcher(text).find());
      }),
      { numRuns: 3000 },
    );
  });
});
