import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGzip, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SourceEvent } from '../../src/contracts/event.ts';
import { defaultLimits, type IngestLimits, type Reject, readEvents } from '../../src/ingest/index.ts';
import type { RecordSink, Splitter } from '../../src/ingest/sink.ts';
import { LineSplitter } from '../../src/ingest/split-lines.ts';
import { ValueSplitter } from '../../src/ingest/split-values.ts';

const MIB = 1024 * 1024;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ingest-fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
function file(content: Buffer | string): string {
  const path = join(folder, `f${made++}`);
  writeFileSync(path, content);
  return path;
}

async function readAll(path: string, limits: Partial<IngestLimits> = {}) {
  const rejects: Reject[] = [];
  const events: SourceEvent[] = [];
  const reading = readEvents([path], {
    tenant: 't',
    clock: { now: () => 1_700_000_000_000 },
    dedupe: true,
    limits,
    onReject: (reject) => rejects.push(reject),
  });
  for await (const batch of reading) events.push(...batch);
  return { events, rejects, counters: reading.counters, codes: rejects.map(({ code }) => code) };
}

/** Reads in a process of its own with a small heap; what is not bounded dies there. Memory in MiB. */
function readApart(path: string): {
  events: number;
  codes: Record<string, number>;
  peakHeldBytes: number;
  rssMb: number;
  baseMb: number;
} {
  const script = `
    import { readEvents } from ${JSON.stringify(new URL('../../src/ingest/index.ts', import.meta.url).href)};
    const baseMb = process.resourceUsage().maxRSS / 1024;
    const codes = {};
    const reading = readEvents([${JSON.stringify(path)}], { tenant: 't', clock: { now: () => 0 }, dedupe: true,
      onReject: ({ code }) => { codes[code] = (codes[code] ?? 0) + 1; } });
    for await (const batch of reading);
    const { events, peakHeldBytes } = reading.counters;
    console.log(JSON.stringify({ events, codes, peakHeldBytes, baseMb, rssMb: process.resourceUsage().maxRSS / 1024 }));`;
  const output = execFileSync(process.execPath, ['--max-old-space-size=96', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return JSON.parse(output);
}

/** Writes `count` times `piece` between `head` and `tail`, without ever holding it. */
async function bigFile(head: string, piece: string, count: number, tail: string, gzip = false): Promise<string> {
  const path = join(folder, `big${made++}`);
  const out = createWriteStream(path);
  const sink = gzip ? createGzip({ level: 1 }) : out;
  if (gzip) sink.pipe(out);
  const block = piece.repeat(Math.max(1, Math.floor(MIB / piece.length)));
  const perBlock = block.length / piece.length;
  sink.write(head);
  for (let left = count; left > 0; left -= perBlock) {
    const ready = sink.write(left >= perBlock ? block : piece.repeat(left));
    if (!ready) await once(sink, 'drain');
  }
  sink.end(tail);
  await once(out, 'finish');
  return path;
}

const good = '{"a":1}\n';

describe('memory stays bounded', () => {
  test('a 50 MB line is one reject, and its neighbours are read', async () => {
    const path = await bigFile(`${good}{"long":"`, 'x', 50 * MIB, `"}\n${good}`);
    const result = readApart(path);
    console.log(`50 MB line: ${JSON.stringify(result)}`);
    expect(result.events).toBe(2);
    expect(result.codes).toEqual({ INGEST_RECORD_TOO_LONG: 1 });
    expect(result.peakHeldBytes).toBeLessThanOrEqual(17 * MIB);
    expect(result.rssMb - result.baseMb).toBeLessThan(120);
  });

  test('50 MB that never come to a newline, as the first thing in the file', async () => {
    const result = readApart(await bigFile('', 'y', 50 * MIB, `\n${good}`));
    expect(result.events).toBe(1);
    expect(result.codes).toEqual({ INGEST_RECORD_TOO_LONG: 1 });
    expect(result.rssMb - result.baseMb).toBeLessThan(120);
  });

  test('a 150 MB array streams, and so does one in Records, gzipped, and one with a 50 MB element', async () => {
    const element = `{"message":"${'z'.repeat(1000)}"},\n`;
    const array = readApart(await bigFile('[\n', element, 150_000, '{"last":1}]'));
    console.log(`150 MB array: ${JSON.stringify(array)}`);
    expect(array).toMatchObject({ events: 150_001, codes: {} });
    expect(array.rssMb - array.baseMb).toBeLessThan(180);
    const zipped = readApart(await bigFile('{"Records":[', element, 150_000, '{"last":1}]}', true));
    expect(zipped).toMatchObject({ events: 150_001, codes: {} });
    expect(zipped.rssMb - zipped.baseMb).toBeLessThan(180);
    const huge = readApart(await bigFile('[{"a":1},{"b":"', 'x', 50 * MIB, '"},{"c":1}]'));
    expect(huge).toMatchObject({ events: 2, codes: { INGEST_RECORD_TOO_LONG: 1 } });
    expect(huge.peakHeldBytes).toBeLessThanOrEqual(17 * MIB);
  });

  test('millions of brackets', async () => {
    for (const head of ['', '{"a":', '[{"x":1},']) {
      const result = readApart(await bigFile(head, '[', 20 * MIB, ''));
      console.log(`20 million brackets after '${head}': ${JSON.stringify(result)}`);
      expect(result.rssMb - result.baseMb).toBeLessThan(200);
      expect(Object.values(result.codes).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    }
  });

  test('gzip that expands a thousandfold', async () => {
    const tiny = readApart(await bigFile('', '{}\n', MIB, '', true));
    console.log(`a million empty records out of a small gzip: ${JSON.stringify(tiny)}`);
    expect(tiny.events).toBe(MIB);
    expect(tiny.rssMb - tiny.baseMb).toBeLessThan(350);
    const zeros = gzipSync(Buffer.alloc(64 * MIB, ' '));
    const bomb = await readAll(file(zeros), { gzipBytes: 16 * MIB, gzipRatio: 100 });
    expect(bomb.codes).toEqual(['INGEST_GZIP_BOMB']);
    expect(bomb.counters.bytes).toBeLessThan(48 * MIB);
  });
});

describe('hostile files', () => {
  test('gzip cut anywhere: everything before the cut is read, then one reject says so', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `{"n":${index},"r":"${(index * 7919) % 9973}"}\n`).join(
      '',
    );
    const zipped = gzipSync(lines);
    const whole = await readAll(file(zipped));
    expect(whole.events).toHaveLength(5000);
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      const cut = await readAll(file(zipped.subarray(0, Math.floor(zipped.length * share))));
      expect(cut.codes).toEqual(['INGEST_GZIP_TRUNCATED']);
      // Deflate gives out whole blocks' symbols as it goes: what was read is a large part of the share that was there.
      expect(cut.events.length).toBeGreaterThan(5000 * share * 0.7 - 400);
      expect(cut.events.map(({ id }) => id)).toEqual(whole.events.slice(0, cut.events.length).map(({ id }) => id));
    }
    const last = await readAll(file(zipped.subarray(0, zipped.length - 4)));
    expect(last.events).toHaveLength(5000);
    expect(last.codes).toEqual(['INGEST_GZIP_TRUNCATED']);
  });

  test('gzip damaged in the middle', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `{"n":${index},"r":"${(index * 7919) % 9973}"}\n`).join(
      '',
    );
    const zipped = Buffer.from(gzipSync(lines));
    const middle = Math.floor(zipped.length / 2);
    zipped.fill(0xff, middle, middle + 64);
    const { events, rejects } = await readAll(file(zipped));
    expect(rejects.at(-1)?.code).toBe('INGEST_GZIP_CORRUPT');
    expect(events.length).toBeGreaterThan(3000);
  });

  test('the two bytes of the gzip magic alone', async () => {
    expect((await readAll(file(Buffer.from([0x1f, 0x8b])))).codes).toEqual(['INGEST_GZIP_TRUNCATED']);
  });

  test('a binary file is one reject', async () => {
    const random = Buffer.alloc(3 * MIB);
    let state = 12345;
    for (let at = 0; at < random.length; at += 1) {
      state = (state * 1103515245 + 12345) >>> 0;
      random[at] = state >>> 16;
    }
    for (const content of [
      random,
      Buffer.concat([Buffer.from('{'), random]),
      Buffer.concat([Buffer.from('MZ'), Buffer.alloc(MIB)]),
    ]) {
      const { events, codes } = await readAll(file(content));
      expect(events).toEqual([]);
      expect(codes).toHaveLength(1);
      expect(['INGEST_BINARY_FILE', 'INGEST_NOT_JSON', 'INGEST_TRUNCATED', 'INGEST_INVALID_JSON']).toContain(codes[0]);
    }
  });

  test('a text file that is no JSON is one reject', async () => {
    const { codes, rejects } = await readAll(file('time,host,action\n'.repeat(100_000)));
    expect(codes).toEqual(['INGEST_NOT_JSON']);
    expect(rejects[0]?.line).toBe(0);
  });

  test('nesting: 100 levels are read, 101 are not, a million are refused quickly', async () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    const { events, rejects } = await readAll(file([100, 101, 1_000_000].map(nested).join('\n')));
    expect(events).toHaveLength(1);
    expect(rejects.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '2 INGEST_RECORD_TOO_DEEP',
      '3 INGEST_RECORD_TOO_DEEP',
    ]);
    const inArray = await readAll(file(`[${[99, 101, 50_000].map(nested).join(',')}]`));
    expect(inArray.events).toHaveLength(1);
    expect(inArray.codes).toEqual(['INGEST_RECORD_TOO_DEEP', 'INGEST_RECORD_TOO_DEEP']);
  });

  test('bytes that are not UTF-8 hide no event', async () => {
    const bad = Buffer.concat([
      Buffer.from('{"file":"caf'),
      Buffer.from([0xe9]),
      Buffer.from('.exe"}\n'),
      Buffer.from(good),
    ]);
    const { events, codes, counters } = await readAll(file(bad));
    expect(codes).toEqual([]);
    expect(events[0]?.record).toEqual({ file: 'caf\uFFFD.exe' });
    expect(counters.invalidUtf8).toBe(1);
  });

  test('NUL bytes: a line with them is a reject, the rest is read', async () => {
    const { events, rejects } = await readAll(
      file(Buffer.concat([Buffer.from(good), Buffer.alloc(5000), Buffer.from('\n{"b":2}\n{"c":"\u0000"}\n')])),
    );
    expect(events.map(({ record }) => record)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(rejects.map(({ line }) => line)).toEqual([2, 4]);
    expect(rejects.every(({ raw }) => (raw?.length ?? 0) <= defaultLimits.rawBytes)).toBe(true);
  });
});

describe('properties', () => {
  /** What a splitter finds, with `content` given in the pieces that `cuts` makes. */
  function split(kind: 'lines' | 'values', content: Buffer, cuts: readonly number[]): string[] {
    const found: string[] = [];
    const sink: RecordSink = {
      record: (bytes, start, end, line) => found.push(`${line} ${bytes.toString('latin1', start, end)}`),
      reject: (code, line, detail, bytes, start, end) =>
        found.push(`${line} ${code} ${detail} ${bytes.toString('latin1', start, Math.min(end, start + 64))}`),
    };
    const limits = { ...defaultLimits, recordBytes: 200, rawBytes: 64 };
    const splitter: Splitter = kind === 'lines' ? new LineSplitter(sink, limits) : new ValueSplitter(sink, limits);
    let from = 0;
    for (const cut of [...cuts].toSorted((a, b) => a - b)) {
      const to = Math.min(cut, content.length);
      if (to > from) splitter.feed(Buffer.from(content.subarray(from, to)));
      from = Math.max(from, to);
    }
    if (from < content.length) splitter.feed(Buffer.from(content.subarray(from)));
    splitter.end();
    return found;
  }

  const noise = fc
    .array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        '\\',
        ',',
        ':',
        '\n',
        ' ',
        'a',
        '1',
        '{"Records":[',
        '"x":{"y":[1]}',
        '\u00e9',
      ),
      { maxLength: 80 },
    )
    .map((parts) => parts.join(''));
  const cuts = fc.array(fc.nat(300), { maxLength: 12 });

  test('where the chunks are cut makes no difference', () => {
    fc.assert(
      fc.property(fc.constantFrom('lines' as const, 'values' as const), noise, cuts, (kind, text, at) => {
        const content = Buffer.from(text);
        expect(split(kind, content, at)).toEqual(split(kind, content, []));
      }),
      { numRuns: 2000 },
    );
  });

  test('any JSON objects in any layout come back as they were', async () => {
    const record = fc
      .dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 4 }), { minKeys: 1, maxKeys: 4 })
      .filter((value) => !('Records' in value) && !('records' in value));
    const layout = fc.constantFrom<(all: readonly object[]) => string>(
      (all) => all.map((value) => JSON.stringify(value)).join('\n'),
      (all) => JSON.stringify(all),
      (all) => JSON.stringify(all, null, 1),
      (all) => JSON.stringify({ Records: all }),
      (all) => all.map((value) => JSON.stringify(value, null, 2)).join('\n'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 5 }), layout, async (values, lay) => {
        const expected: unknown[] = values.map((value) => JSON.parse(JSON.stringify(value)));
        const { events, codes } = await readAll(file(lay(values)));
        expect(codes).toEqual([]);
        // Written without dedupe's help: equal records in one file stay apart.
        expect(events.map((event) => event.record)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('any bytes end in events and counted rejects, never in an exception', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 400 }),
          noise.map((text) => Buffer.from(text)),
        ),
        fc.boolean(),
        async (bytes, zip) => {
          const { rejects, counters } = await readAll(file(zip ? gzipSync(bytes) : Buffer.from(bytes)));
          expect(counters.malformed).toBe(rejects.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
