import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from './fold.ts';
import { JsonGate } from './json-gate.ts';
import { textOfValue } from './reading.ts';

const pieces = fc.constantFrom(
  'a',
  'K',
  '\\',
  '/',
  '"',
  '\n',
  '\u0001',
  'ß',
  '\u212a',
  'u0041',
  '1',
  'e',
  '.',
  '{',
  ':',
);
const text = fc.array(pieces, { maxLength: 6 }).map((all) => all.join(''));
const needle = fc
  .array(fc.constantFrom('a', 'k', '\\', '/', '"', '\n', 'u0041', '1', 'e', 'ss'), { minLength: 1, maxLength: 3 })
  .map((all) => all.join(''));
const value = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null));

/** The same JSON with some characters written as escapes that it need not use. */
function escapedOtherwise(json: string, letter: string): string {
  const code = letter.charCodeAt(0).toString(16).padStart(4, '0');
  return json.replaceAll(letter, `\\u${code}`).replaceAll('/', '\\/');
}

test('what the gate excludes is in no value', () => {
  let excluded = 0;
  fc.assert(
    fc.property(
      fc.array(needle, { minLength: 1, maxLength: 3 }),
      fc.array(value, { maxLength: 4 }),
      (needles, values) => {
        const gate = JsonGate.of(needles);
        const json = JSON.stringify({ values });
        for (const written of [json, escapedOtherwise(json, 'a')]) {
          if (gate?.excludes(written) !== true) continue;
          excluded += 1;
          const read = (JSON.parse(written) as { values: unknown[] }).values.map((each) =>
            fold(textOfValue(each) ?? ''),
          );
          for (const each of needles) expect(read.some((found) => found.includes(each))).toBe(false);
        }
      },
    ),
    { numRuns: 5000 },
  );
  expect(excluded).toBeGreaterThan(1000);
});

test('texts that numbers may hold are not excluded', () => {
  expect(JsonGate.of(['mimikatz', '1000'])).toBeUndefined();
  expect(JsonGate.of(['1e21'])).toBeUndefined();
  expect(JsonGate.of(['fini'])).toBeUndefined();
});
