import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashWords, wordInRaw, wordPattern } from './words.ts';

const hashes = (text: string): Set<number> => {
  const found = new Set<number>();
  const bytes = Buffer.from(text);
  hashWords(bytes, 0, bytes.length, (batch, count) => {
    for (const hash of batch.subarray(0, count)) found.add(hash);
  });
  return found;
};
const mayHold = (raw: string, word: string): boolean => hashes(raw).isSupersetOf(hashes(wordInRaw(word)));
const holds = (raw: string, word: string): boolean => new RegExp(wordPattern(word)).test(raw);

// Few letters, so that words meet; all that the reading of a run turns on is among them.
const sign = fc.constantFrom(...'nNuUab0.._-\\/: "é\n\tK');
const text = fc.string({ unit: sign, maxLength: 40 });

test('a record that holds a word has the hashes of the word', () => {
  let held = 0;
  fc.assert(
    fc.property(text, fc.nat(40), fc.nat(8), text, (value, from, length, other) => {
      const raw = JSON.stringify({ a: value, b: other });
      for (const word of [
        value.slice(from, from + length),
        other.slice(0, 4),
        value.toUpperCase().slice(from, from + length),
      ]) {
        if (!holds(raw, word)) continue;
        held += 1;
        expect(mayHold(raw, word), JSON.stringify({ raw, word })).toBe(true);
      }
    }),
    { numRuns: 20_000 },
  );
  expect(held).toBeGreaterThan(5000);
});

test('long runs are asked for by a scan, and hide nothing beside them', () => {
  const blob = 'Q'.repeat(200);
  const raw = JSON.stringify({ a: `${blob}.foo-bar ${blob}` });
  expect(holds(raw, 'foo-bar') && mayHold(raw, 'foo-bar')).toBe(true);
  expect(holds(raw, `${blob}.foo`) && mayHold(raw, `${blob}.foo`)).toBe(true);
});

test.each([
  ['{"a":"C:\\\\Windows\\\\System32\\\\cmd.exe"}', 'cmd.exe', true],
  ['{"a":"C:\\\\Windows\\\\System32\\\\cmd.exe"}', 'system32\\CMD', true],
  ['{"a":"x\\nmimikatz"}', 'mimikatz', true],
  ['{"a":"powershell"}', 'power', false],
  ['{"a":"10.0.0.12"}', '10.0.0.1', false],
  ['{"a":"10.0.0.1"}', '10.0.0.1', true],
  ['{"a":"aXb"}', 'a.b', false],
])('%s holds %s: %s', (raw, word, expected) => {
  expect(holds(raw, word)).toBe(expected);
});
