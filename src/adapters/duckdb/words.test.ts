import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { lakeFolder, limits, noon, row, written } from '../../../test/support/lake.ts';
import { MemoryWork } from '../../../test/support/memory-work.ts';
import { wordPattern } from '../../contracts/words.ts';
import { openLakeKeeping } from './keeping.ts';
import { openLakeQueries } from './queries.ts';
import { mayHold, PAGE, pageOf, WordSet } from './word-filter.ts';
import { blocksWith, hashesOf, WordsBuilder } from './words-file.ts';

const cleanups: (() => unknown)[] = [];
const dir = lakeFolder((clean) => cleanups.push(clean));
afterAll(async () => {
  for (const clean of cleanups.toReversed()) await clean();
});

test('a filter never denies what was put in, and hardly ever affirms what was not', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffffffff), { maxLength: 5000 }), (put) => {
      const words = new WordSet();
      words.add(Uint32Array.from(put), put.length);
      const pages = words.take();
      const count = pages.length / PAGE;
      for (const hash of put) {
        const at = pageOf(hash, count) * PAGE;
        expect(mayHold(pages.subarray(at, at + PAGE), hash)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
  const words = new WordSet();
  words.add(
    Uint32Array.from({ length: 100_000 }, (_, at) => Math.imul(at, 0x9e3779b1)),
    100_000,
  );
  const pages = words.take();
  let wrong = 0;
  for (let at = 100_000; at < 200_000; at += 1) {
    const hash = Math.imul(at, 0x9e3779b1) >>> 0;
    const start = pageOf(hash, pages.length / PAGE) * PAGE;
    if (mayHold(pages.subarray(start, start + PAGE), hash)) wrong += 1;
  }
  expect(wrong).toBeLessThan(1000);
});

test('a damaged page says perhaps, a damaged header nothing', async () => {
  const path = join(dir, 'a.words');
  const builder = new WordsBuilder();
  builder.add(7, Buffer.from('alpha beta'));
  builder.add(8, Buffer.from('gamma'));
  await builder.write(path);
  expect(await blocksWith(path, hashesOf(['alpha']))).toEqual([7]);
  expect(await blocksWith(path, hashesOf(['gamma']))).toEqual([8]);
  expect(await blocksWith(path, hashesOf(['alpha gamma']))).toEqual([]);
  expect(await blocksWith(path, [])).toEqual([7, 8]);
  expect(await blocksWith(join(dir, 'absent.words'), [])).toBeUndefined();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from([1, 2, 3, 4]), 0, 4, 12 + 50 + PAGE);
  expect(await blocksWith(path, hashesOf(['alpha']))).toEqual([7, 8]);
  writeSync(file, Buffer.from('x'), 0, 1, 20);
  expect(await blocksWith(path, hashesOf(['alpha']))).toBeUndefined();
});

test('what the index lets through is what a full scan finds', { timeout: 120_000 }, async () => {
  const work = new MemoryWork();
  const parts = [
    'web01',
    'WEB01.corp-x',
    '10.0.0.1',
    '10.0.0.12',
    'C:\\net\\nx',
    'é',
    'a_b',
    'n',
    '\n',
    'line\nnext',
    '"',
  ];
  const raws = fc.sample(fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 6 }), {
    numRuns: 300,
    seed: 1,
  });
  const records = raws.map((said, at) => JSON.stringify({ at, said: said.join(at % 2 === 0 ? ' ' : '') }));
  const rows = records.map((raw, at) => row(String(at), noon + at, { raw }));
  await written(dir, work, [rows.slice(0, 200), rows.slice(200)]);
  const keeping = await openLakeKeeping({
    dir,
    work,
    clock: { now: () => noon * 2 },
    daysOf: () => undefined,
    memoryMb: 256,
    log: () => undefined,
  });
  expect(await keeping.merge()).toEqual({ from: 2, into: 1 });
  await keeping.close();
  const queries = openLakeQueries({ dir, work });
  cleanups.push(() => queries.close());
  for (const word of [
    'web01',
    'corp',
    'corp-x',
    '10.0.0.1',
    '0.0.1',
    'NX',
    'next',
    'c:\\net',
    'é',
    'a_b',
    '17',
    'a_b"',
    'absent',
    'n',
  ]) {
    const expected = records.flatMap((raw, at) => (new RegExp(wordPattern(word)).test(raw) ? [String(at)] : []));
    const { rows: found } = await queries.query('main', 'SELECT id FROM events', { limits, words: [word] });
    expect(found.map(([id]) => String(id)).toSorted(), word).toEqual(expected.toSorted());
  }
});
