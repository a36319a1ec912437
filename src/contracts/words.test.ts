import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashRecords, hashWords, type WordSink } from './words.ts';

function hashesBy(hash: (sink: WordSink) => void): Set<number> {
  const found = new Set<number>();
  hash((hashes, count) => {
    for (const each of hashes.subarray(0, count)) found.add(each);
  });
  return found;
}

const piece = fc.constantFrom('"', '"', '\\', '\\"', '.', '-', ' ', 'ab', 'nab', 'u00e9x', 'C', '7', ':', 'é', '\\n');
const record = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
/** Records that have much in common with those before them, as sorted ones do. */
const records = fc.array(fc.tuple(record, record, fc.constantFrom('', '{"k":"v.w",', '"a-b"')), { maxLength: 6 });

test('of records, no word is left out and none is made up', () => {
  fc.assert(
    fc.property(records, fc.constantFrom('', '"common":"x.y"', '\\'), (parts, middle) => {
      const lines = parts.map(([first, last, head]) => `${head}${first}${middle}${last}`);
      const text = Buffer.from(lines.join('\n'));
      const whole = hashesBy((sink) => hashWords(text, 0, text.length, sink));
      expect(hashesBy((sink) => hashRecords(text, sink))).toEqual(whole);
    }),
    { numRuns: 5000 },
  );
});
