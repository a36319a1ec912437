import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SourceEvent } from '../contracts/event.ts';
import { type ReadOptions, type Reject, readEvents } from './index.ts';

const NOW = Date.UTC(2024, 4, 1);
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ingest-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
function file(content: string | Buffer, name = `input-${made++}`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function readAll(paths: readonly string[], options: Partial<ReadOptions> = {}) {
  const rejects: Reject[] = [];
  const reading = readEvents(paths, {
    tenant: 'acme',
    clock: { now: () => NOW },
    dedupe: false,
    onReject: (reject) => rejects.push(reject),
    ...options,
  });
  const events: SourceEvent[] = [];
  for await (const batch of reading) events.push(...batch);
  return { events, rejects, counters: reading.counters };
}

const codes = (rejects: readonly Reject[]) => rejects.map(({ code, line }) => `${line} ${code}`);
const records = (events: readonly SourceEvent[]) => events.map(({ record }) => record);

const one = { n: 1, text: 'a "quoted" } ] {', at: '2024-04-30T10:00:00Z' };
const two = { n: 2, nested: { list: [1, { deep: '\\' }] } };
const three = { n: 3 };
const all = [one, two, three];

describe('formats, told by content', () => {
  const ndjson = all.map((record) => JSON.stringify(record)).join('\n');
  const forms: Record<string, string> = {
    'one record a line': `${ndjson}\n`,
    'no newline at the end': ndjson,
    'CRLF, blank lines, blanks around': `\r\n${all.map((record) => `  ${JSON.stringify(record)}  `).join('\r\n\r\n')}\r\n`,
    'byte order mark': `\uFEFF${ndjson}`,
    array: JSON.stringify(all),
    'pretty array': JSON.stringify(all, null, 2),
    'pretty array, tabs, CRLF': JSON.stringify(all, null, '\t').replaceAll('\n', '\r\n'),
    Records: JSON.stringify({ Records: all }),
    'pretty Records': JSON.stringify({ Records: all }, null, 4),
    records: JSON.stringify({ records: all }),
    'Graph value': JSON.stringify({
      '@odata.context': 'https://x/$metadata#a',
      '@odata.nextLink': 'https://x?a=1,2',
      value: all,
    }),
    'Records with a tail': `${JSON.stringify({ Records: all, more: { a: ['}'] } })}\n`,
    concatenated: all.map((record) => JSON.stringify(record)).join(''),
    'pretty, one after the other': all.map((record) => JSON.stringify(record, null, 2)).join('\n'),
    'pretty, without a newline between': all.map((record) => JSON.stringify(record, null, 2)).join(''),
    'arrays on lines': `${JSON.stringify([one, two])}\n${JSON.stringify([three])}\n`,
    'envelopes on lines': `${JSON.stringify({ Records: [one, two] })}\n${JSON.stringify({ Records: [three] })}\n`,
  };
  for (const [name, text] of Object.entries(forms)) {
    test(name, async () => {
      const plain = await readAll([file(text)]);
      expect(plain.rejects).toEqual([]);
      expect(records(plain.events)).toEqual(all);
      const zipped = await readAll([file(gzipSync(text))]);
      expect(records(zipped.events)).toEqual(all);
      expect(zipped.events.map(({ id }) => id)).toEqual(plain.events.map(({ id }) => id));
      expect(zipped.counters.bytes).toBe(Buffer.byteLength(text));
    });
  }

  test('UTF-16 with a byte order mark', async () => {
    const text = `\uFEFF${JSON.stringify({ name: 'Zoë 🦉' })}\n${JSON.stringify(two)}\n`;
    const little = await readAll([file(Buffer.from(text, 'utf16le'))]);
    expect(records(little.events)).toEqual([{ name: 'Zoë 🦉' }, two]);
    const big = await readAll([file(Buffer.from(text, 'utf16le').swap16())]);
    expect(records(big.events)).toEqual([{ name: 'Zoë 🦉' }, two]);
  });

  test('several gzip members, cut anywhere', async () => {
    const [first = '', rest = ''] = [ndjson.slice(0, 20), ndjson.slice(20)];
    const { events, rejects } = await readAll([file(Buffer.concat([gzipSync(first), gzipSync(rest)]))]);
    expect(rejects).toEqual([]);
    expect(records(events)).toEqual(all);
  });

  test('lines have line numbers, elements have record numbers, every event its bytes and text', async () => {
    const lines = await readAll([file(`\n${JSON.stringify(one)}\n\n${JSON.stringify(two)}`)]);
    expect(lines.events.map(({ line }) => line)).toEqual([2, 4]);
    expect(lines.events.map(({ bytes }) => bytes)).toEqual([JSON.stringify(one).length, JSON.stringify(two).length]);
    expect(lines.events.map(({ raw }) => raw)).toEqual([JSON.stringify(one), JSON.stringify(two)]);
    const elements = await readAll([file(JSON.stringify(all))]);
    expect(elements.events.map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  test('a record that merely has a member called Records stays whole', async () => {
    const record = { Records: [1], a: 1, b: 2, c: 3, d: 4 };
    const { events } = await readAll([file(`${JSON.stringify({ x: 1 })}\n${JSON.stringify(record)}`)]);
    expect(records(events)).toEqual([{ x: 1 }, record]);
  });
});

describe('what cannot be read', () => {
  test('a bad line is counted, reported with file and line, and stops nothing', async () => {
    const path = file(
      `${JSON.stringify(one)}\n{"broken":\nnot json\n"text"\n42\n[1]\n${JSON.stringify(two)}\n{"cut":"off`,
    );
    const { events, rejects, counters } = await readAll([path]);
    expect(records(events)).toEqual([one, two]);
    expect(codes(rejects)).toEqual([
      '2 INGEST_INVALID_JSON',
      '3 INGEST_INVALID_JSON',
      '4 INGEST_NOT_AN_OBJECT',
      '5 INGEST_NOT_AN_OBJECT',
      '6 INGEST_NOT_AN_OBJECT',
      '8 INGEST_INVALID_JSON',
    ]);
    expect(counters.malformed).toBe(6);
    expect(rejects.every((reject) => reject.file === path)).toBe(true);
    expect(rejects[1]?.raw?.toString()).toBe('not json');
  });

  test('a bad first line does not make the file one record', async () => {
    const { events, rejects } = await readAll([
      file(`{"broken":{"a":1\n${JSON.stringify(one)}\n${JSON.stringify(two)}\n`),
    ]);
    expect(records(events)).toEqual([one, two]);
    expect(codes(rejects)).toEqual(['1 INGEST_INVALID_JSON']);
  });

  test('rejects before the first good record are reported one by one', async () => {
    const { events, rejects } = await readAll([file(`${'junk\n'.repeat(50)}${JSON.stringify(one)}\n`)]);
    expect(events).toHaveLength(1);
    expect(rejects).toHaveLength(50);
    expect(rejects[49]?.line).toBe(50);
  });

  test('damage in an array costs the element, not the rest', async () => {
    const broken = `[\n${JSON.stringify(one)},\n{"a": nope},\n7,\n${JSON.stringify(two)}\n]`;
    const { events, rejects } = await readAll([file(broken)]);
    expect(records(events)).toEqual([one, two]);
    expect(codes(rejects)).toEqual(['2 INGEST_INVALID_JSON', '3 INGEST_NOT_AN_OBJECT']);
  });

  test('an unterminated string ends at its line; a truncated pretty record ends where the next begins', async () => {
    const pretty = [one, two, three].map((record) => JSON.stringify(record, null, 2));
    const cut = pretty[1]?.split('\n').slice(0, 3).join('\n');
    const { events, rejects } = await readAll([file(`${pretty[0]}\n${cut}\n${pretty[2]}\n`)]);
    expect(records(events)).toEqual([one, three]);
    expect(codes(rejects)).toEqual(['2 INGEST_INVALID_JSON']);
    const quote = await readAll([file(`[\n {"a": "open},\n {"b": 2}\n]`)]);
    expect(quote.rejects.length).toBeGreaterThan(0);
  });

  test('an array that is cut off', async () => {
    const text = JSON.stringify(all);
    const { events, rejects } = await readAll([file(text.slice(0, -5))]);
    expect(records(events)).toEqual([one, two]);
    expect(codes(rejects)).toEqual(['3 INGEST_TRUNCATED']);
    const between = await readAll([file(text.slice(0, text.indexOf(JSON.stringify(three))))]);
    expect(codes(between.rejects)).toEqual(['2 INGEST_TRUNCATED']);
  });

  test('a missing file or folder is an error that names it', async () => {
    const path = join(folder, 'not-there.json');
    await expect(readAll([path])).rejects.toMatchObject({
      code: 'INGEST_FILE_MISSING',
      message: expect.stringContaining(path),
    });
  });

  test('an empty file, an empty gzip and blanks alone are nothing', async () => {
    for (const content of ['', '\n\n \r\n', gzipSync('')]) {
      const { events, rejects } = await readAll([file(content)]);
      expect(events).toEqual([]);
      expect(rejects).toEqual([]);
    }
  });

  test('__proto__ is a field like any other', async () => {
    const { events } = await readAll([
      file('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1}\n'),
    ]);
    expect(events).toHaveLength(1);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(events[0]?.lens.reader('toString')(events[0].record)).toBeUndefined();
  });
});

describe('folders', () => {
  test('files below, in name order, hidden ones left out', async () => {
    const root = join(folder, 'tree');
    mkdirSync(join(root, 'b'), { recursive: true });
    writeFileSync(join(root, 'c.json'), '{"n":3}');
    writeFileSync(join(root, 'b', 'x.json'), '{"n":2}');
    writeFileSync(join(root, 'a.json'), '{"n":1}');
    writeFileSync(join(root, '.hidden'), '{"n":0}');
    const { events } = await readAll([root]);
    expect(events.map(({ record, file: path }) => [record.n, path])).toEqual([
      [1, join(root, 'a.json')],
      [2, join(root, 'b', 'x.json')],
      [3, join(root, 'c.json')],
    ]);
  });
});

describe('ids', () => {
  const lines = (count: number, from = 0) =>
    Array.from(
      { length: count },
      (_, index) => `${JSON.stringify({ message: `event ${from + index}`, pad: 'x'.repeat(80) })}\n`,
    ).join('');
  const idsOf = async (content: string | Buffer, options: Partial<ReadOptions> = {}) =>
    (await readAll([file(content)], options)).events.map(({ id }) => id);

  test('are 32 hex digits, the same each time, whatever the name and compression', async () => {
    const ids = await idsOf(lines(300));
    expect(new Set(ids).size).toBe(300);
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
    expect(await idsOf(lines(300))).toEqual(ids);
    expect(await idsOf(gzipSync(lines(300)))).toEqual(ids);
  });

  test('differ between tenants and between sources', async () => {
    const [id] = await idsOf(lines(1));
    expect(await idsOf(lines(1), { tenant: 'other' })).not.toEqual([id]);
    expect(await idsOf(lines(1), { source: 'firewall' })).not.toEqual([id]);
  });

  test('identical lines stay apart', async () => {
    const { events, counters } = await readAll([file('{"heartbeat":true}\n'.repeat(40))], { dedupe: true });
    expect(events).toHaveLength(40);
    expect(counters.duplicates).toBe(0);
  });

  test('an appended file keeps the ids of what it had', async () => {
    const before = await idsOf(lines(100));
    expect((await idsOf(lines(150))).slice(0, 100)).toEqual(before);
  });

  test('equal lines in unlike files are unlike events', async () => {
    const line = '{"heartbeat":true}\n';
    const a = await idsOf(line + lines(50));
    const b = await idsOf(line + lines(50, 1000));
    expect(a[0]).not.toBe(b[0]);
  });

  test('content sent again is dropped, and so is a record with its own identity in any file', async () => {
    const again = await readAll([file(lines(120)), file(gzipSync(lines(120)))], { dedupe: true });
    expect(again.events).toHaveLength(120);
    expect(again.counters.duplicates).toBe(120);
    const call = {
      eventVersion: '1.08',
      eventID: 'e-1',
      eventName: 'ListBuckets',
      eventSource: 's3.amazonaws.com',
      awsRegion: 'eu-west-1',
    };
    const twice = await readAll([file(JSON.stringify(call)), file(JSON.stringify({ Records: [{ x: 1 }, call] }))], {
      dedupe: true,
    });
    expect(twice.events).toHaveLength(2);
    expect(twice.counters.duplicates).toBe(1);
  });
});

describe('time', () => {
  test("is the record's own; the far future is suspect, the past is not", async () => {
    const future = new Date(NOW + 11 * 60_000).toISOString();
    const { events } = await readAll([file(`{"@timestamp":"2019-01-01T00:00:00Z"}\n{"@timestamp":"${future}"}\n`)]);
    expect(events.map(({ time, timeSuspect }) => [time, timeSuspect])).toEqual([
      [Date.UTC(2019, 0, 1), false],
      [NOW + 11 * 60_000, true],
    ]);
  });

  test('of a record without one is that of its neighbour in the file, marked suspect, whatever the clock says', async () => {
    const dated = '{"@timestamp":"2019-01-01T00:00:00Z"}\n';
    const { events } = await readAll([file(`{"a":1}\n{"a":2}\n${dated}{"a":3}\n`)]);
    expect(events.map(({ record, time, timeSuspect }) => [record.a, time, timeSuspect])).toEqual([
      [1, Date.UTC(2019, 0, 1), true],
      [2, Date.UTC(2019, 0, 1), true],
      [undefined, Date.UTC(2019, 0, 1), false],
      [3, Date.UTC(2019, 0, 1), true],
    ]);
  });

  test('of records in a file without any is 0, and a long start without any does not wait for ever', async () => {
    const none = await readAll([file('{"a":1}\n{"a":2}\n')]);
    expect(none.events.map(({ time, timeSuspect }) => [time, timeSuspect])).toEqual([
      [0, true],
      [0, true],
    ]);
    const late = await readAll([file(`${'{"a":1}\n'.repeat(3000)}{"@timestamp":"2019-01-01T00:00:00Z"}\n{"a":2}\n`)]);
    expect(late.events).toHaveLength(3002);
    expect(late.events.map(({ time }) => time)).toEqual([
      ...Array.from({ length: 3000 }, () => 0),
      Date.UTC(2019, 0, 1),
      Date.UTC(2019, 0, 1),
    ]);
  });
});

test('batches are of a few hundred events and may be iterated through either face', async () => {
  const path = file('{"a":1}\n'.repeat(1700));
  const reading = readEvents([path], {
    tenant: 't',
    clock: { now: () => NOW },
    dedupe: false,
    onReject: () => undefined,
  });
  const sizes: number[] = [];
  for await (const batch of reading.batches) sizes.push(batch.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(1700);
  expect(reading.counters.events).toBe(1700);
});
