import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asked, bits, EPOCH, type Told, told } from '../../../test/hunt/oracle.ts';
import { lakeFolder, limits, row, written } from '../../../test/support/lake.ts';
import { MemoryWork } from '../../../test/support/memory-work.ts';
import { openLakeKeeping } from '../../adapters/duckdb/keeping.ts';
import { openLakeQueries } from '../../adapters/duckdb/queries.ts';
import type { LakeQueries } from '../../ports/lake.ts';
import { compileSearch } from './compile.ts';
import { parseSearch } from './parse.ts';

const NOW = EPOCH;
const parse = (text: string) => parseSearch(text, NOW);
const sql = (text: string) => compileSearch(parse(text));

describe('searches over a lake', () => {
  const cleanups: (() => unknown)[] = [];
  const dir = lakeFolder((clean) => cleanups.push(clean));
  const work = new MemoryWork();
  const rows: readonly Told[] = fc.sample(told, { numRuns: 300, seed: 7 });
  let queries: LakeQueries;

  beforeAll(async () => {
    const made = rows.map((each, at) => row(String(at), each.time as number, { ...each, raw: each.raw ?? null }));
    await written(dir, work, [made.slice(0, 100), made.slice(100, 200)]);
    const clock = { now: () => EPOCH * 2 };
    const keeping = await openLakeKeeping({
      dir,
      work,
      clock,
      daysOf: () => undefined,
      memoryMb: 256,
      log: () => undefined,
    });
    await keeping.merge();
    await keeping.close();
    await written(dir, work, [made.slice(200)], 'main', 'late');
    queries = openLakeQueries({ dir, work });
  });
  afterAll(async () => {
    await queries.close();
    for (const clean of cleanups) await clean();
  });

  async function found(text: string): Promise<number[]> {
    const { where, parameters, ...narrow } = sql(text);
    const answer = await queries.query('main', `SELECT id FROM events WHERE ${where}`, {
      limits,
      parameters,
      ...narrow,
    });
    return answer.rows.map(([id]) => Number(id)).toSorted((a, b) => a - b);
  }

  test('any search finds what reading every row finds, through the index and without it', {
    timeout: 180_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ text, finds }) => {
        const expected = rows.flatMap((each, at) => (finds(each) ? [at] : []));
        expect(await found(text), text).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    '"\' OR 1=1 --"',
    'host:"\'); DROP VIEW events; --"',
    'user:"$1 $2"',
    "cmd:\"a' OR '1'='1\"",
    '"\\\') OR true --"',
    'raw:"[a-z]*(.*)"',
  ])('%s is text and nothing else', async (text) => {
    expect(await found(text)).toEqual([]);
    expect(await found(`-(${text})`)).toHaveLength(rows.length);
  });
});

test('what is searched for is never in the statement, only in its parameters', () => {
  const shape = /^[\s()=<>$\w".,:'!]*$/;
  fc.assert(
    fc.property(asked, ({ text }) => {
      const { where, parameters } = sql(text);
      // A statement is made of our own words alone: whatever was asked, only these remain.
      const bare = where.replaceAll(/\$\d+/g, '$').replaceAll("ESCAPE '!'", 'ESCAPE');
      expect(bare).toMatch(shape);
      expect(bare).not.toMatch(/'|DROP|web01|é/i);
      expect(Math.max(0, ...[...where.matchAll(/\$(\d+)/g)].map(([, at]) => Number(at)))).toBe(parameters.length);
    }),
  );
});

test('no text whatever does more than be refused with its place', () => {
  const noise = fc.array(
    fc.constantFrom(...bits, 'host:', 'port:', 'time:', '(', ')', 'NOT ', ' OR ', '\0', '\ud800'),
    {
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        noise.map((all) => all.join('')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        try {
          compileSearch(parse(text));
        } catch (error) {
          expect(error).toMatchObject({ code: 'HUNT_SEARCH_SYNTAX', status: 400 });
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  ['host:', 1, 'needs a value'],
  ['a host: b', 3, 'needs a value'],
  ['a (b', 3, 'is not closed'],
  ['a) b', 2, 'never opened'],
  ['a OR', 'end', 'term is missing'],
  ['OR a', 1, 'has to stand here'],
  ['"abc', 1, 'quote is not closed'],
  ['proc:x', 1, 'process, '],
  ['C:\\Windows', 1, '"C:\\Windows"'],
  ['port:http', 1, '445'],
  ['time:yesterday', 1, '2026-11-25'],
  ['time:2026-02-31', 1, '2026-11-25'],
  ['time_suspect:maybe', 1, 'true or false'],
  ['host:>a', 1, 'quote the value'],
  ['--encoded', 1, 'quote the word'],
  ['host:(a user:b)', 9, 'values alone'],
  ['host:""', 1, 'host'],
])('%s is refused at %s', (text, at, hint) => {
  const place = at === 'end' ? 'at the end' : `at character ${at} `;
  expect(() => parse(text)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(hint === 'host' ? 'field:*' : hint) }) as Error,
  );
  expect(() => parse(text)).toThrow(expect.objectContaining({ message: expect.stringContaining(place) }) as Error);
});

test('length, terms and depth are bounded', () => {
  for (const text of [
    'x'.repeat(4001),
    'a '.repeat(65),
    `${'('.repeat(17)}a${')'.repeat(17)}`,
    `${'NOT '.repeat(17)}a`,
  ])
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'HUNT_SEARCH_SYNTAX' }) as Error);
});

test('times: as precise as written, and since', () => {
  expect(sql('time:2026-11-25T07')).toMatchObject({
    from: Date.UTC(2026, 10, 25, 7),
    to: Date.UTC(2026, 10, 25, 8) - 1,
  });
  expect(sql('time:24h')).toMatchObject({ from: NOW - 86_400_000 });
  expect(sql('time:>2026-11-25').from).toBe(Date.UTC(2026, 10, 26));
  expect(sql('time:24h OR a')).not.toHaveProperty('from');
});

test('words for the index are those that every match must have', () => {
  expect(sql('"encoded" host:a foo*').words).toEqual(['encoded']);
  expect(sql('a OR b').words).toEqual([]);
  expect(sql('-a').words).toEqual([]);
  expect(sql('a (b OR c) d').words).toEqual(['a', 'd']);
});

test('a field may be asked for several values at once', () => {
  expect(parse('host:(a OR b)')).toEqual(parse('(host:a OR host:b)') && expect.objectContaining({ kind: 'or' }));
  expect(sql('host:(a OR -b)').where).toBe(sql('host:a OR -host:b').where);
});
