import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ChunkWriter,
  eventLog,
  fragment,
  type Given,
  processLog,
  processStart,
  slot,
  systemTemplate,
  type Tag,
  tag,
  text,
} from '../../../../../test/support/evtx.ts';
import { readLog } from '../../../../../test/support/evtx-read.ts';

const HEADER = 4096;
const CHUNK = 65_536;
const PER_CHUNK = 5;
const log = processLog(3, PER_CHUNK);
const whole = readLog([log]);
const commands = (read: ReturnType<typeof readLog>) =>
  read.records.map(({ Event }) => (Event as { EventData: { CommandLine: string } }).EventData.CommandLine);
const codes = (read: ReturnType<typeof readLog>) => read.rejects.map(({ code }) => code);

/** A copy with `change` made to it. */
function damaged(change: (bytes: Buffer) => void, bytes: Buffer = log): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

/** Where the records of a chunk begin. */
function recordsOf(chunk: number): number[] {
  const found: number[] = [];
  const end = HEADER + chunk * CHUNK + log.readUInt32LE(HEADER + chunk * CHUNK + 48);
  for (let at = HEADER + chunk * CHUNK + 512; at < end; at += log.readUInt32LE(at + 4)) found.push(at);
  return found;
}

/** The checksums put right again, as whoever forges a log would. */
function sealed(chunk: Buffer): Buffer {
  const free = chunk.readUInt32LE(48);
  chunk.writeUInt32LE(crc32(chunk.subarray(512, free)), 52);
  chunk.writeUInt32LE(crc32(chunk.subarray(128, 512), crc32(chunk.subarray(0, 120))), 124);
  return chunk;
}

describe('what is readable is read, the rest is counted', () => {
  test('a checksum that does not match is told, and everything is read', () => {
    for (const [at, detail] of [
      [40, 'of the file header'],
      [HEADER + CHUNK + 20, 'chunk 2, of its header'],
    ] as const) {
      const read = readLog([damaged((bytes) => bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at))]);
      expect(read.rejects).toEqual([{ code: 'INGEST_EVTX_CHECKSUM', number: 0, detail }]);
      expect(read.records).toEqual(whole.records);
    }
    const stale = readLog([damaged((bytes) => bytes.writeUInt8(1, (recordsOf(1)[2] ?? 0) + 16))]);
    expect(stale.rejects).toEqual([{ code: 'INGEST_EVTX_CHECKSUM', number: 0, detail: 'chunk 2, of its records' }]);
    expect(stale.records).toEqual(whole.records);
  });

  test('checksums that were not kept are not missed', () => {
    const read = readLog([damaged((bytes) => bytes.writeUInt32LE(4, HEADER + 120))]);
    expect(read).toEqual(whole);
  });

  test('a file cut off anywhere gives the records that are whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: log.length - 1 }), (length) => {
        const read = readLog([log.subarray(0, length)]);
        const ends = [0, 1, 2].flatMap((chunk) => recordsOf(chunk)).map((at) => at + log.readUInt32LE(at + 4));
        expect(read.records).toEqual(whole.records.slice(0, ends.filter((end) => end <= length).length));
        const inRecords = length > HEADER && (length - HEADER) % CHUNK !== 0;
        if (length < HEADER || inRecords) expect(codes(read)[0]).toBe('INGEST_EVTX_TRUNCATED');
      }),
      { numRuns: 300 },
    );
  });

  test('a record that runs past its chunk, or has another size at its end, costs itself alone', () => {
    const third = recordsOf(1)[2] ?? 0;
    for (const size of [CHUNK, 0xffff_ffff, 0, 27, 64]) {
      const read = readLog([damaged((bytes) => bytes.writeUInt32LE(size, third + 4))]);
      expect(codes(read)).toEqual(['INGEST_EVTX_CHECKSUM', 'INGEST_EVTX_RECORD']);
      expect(commands(read)).toEqual(commands(whole).toSpliced(PER_CHUNK + 2, 1));
      expect(read.numbers).toEqual(whole.numbers.toSpliced(PER_CHUNK + 2, 1));
    }
  });

  test('a chunk whose header is gone gives its records; one of zeros is no loss', () => {
    const headless = readLog([damaged((bytes) => bytes.fill(0, HEADER, HEADER + 512))]);
    expect(codes(headless)).toEqual(['INGEST_EVTX_CHUNK']);
    expect(headless.records).toEqual(whole.records);
    const zeros = readLog([log, Buffer.alloc(2 * CHUNK + 100)]);
    expect(zeros).toEqual(whole);
  });

  test('garbage for a chunk is counted once, and the next chunk is read', () => {
    const read = readLog([damaged((bytes) => bytes.fill(0xa5, HEADER + CHUNK, HEADER + 2 * CHUNK))]);
    expect(codes(read)).toEqual(['INGEST_EVTX_CHUNK', 'INGEST_EVTX_RECORD']);
    expect(commands(read)).toEqual(commands(whole).toSpliced(PER_CHUNK, PER_CHUNK));
  });
});

/** One good record after what `write` writes: it must be read whatever comes before. */
function beside(write: (chunk: ChunkWriter) => void, depth?: number) {
  const writer = new ChunkWriter();
  write(writer);
  writer.record(systemTemplate, processStart(2, 'good'));
  const read = readLog([eventLog(writer.finish())], depth);
  expect(commands({ ...read, records: read.records.slice(-1) })).toEqual(['good']);
  return read;
}

const nested = (levels: number): Tag => {
  let inner: Tag = tag('X', {}, 'deep');
  for (let level = 1; level < levels; level += 1) inner = tag('X', {}, inner);
  return tag('Event', {}, inner);
};

describe('Binary XML that lies', () => {
  test('a template out of range, or cut off by the chunk', () => {
    for (const offset of [0xffff_ffff, CHUNK - 10]) {
      const read = beside((chunk) =>
        chunk.rawRecord(() => {
          chunk.u8(0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0);
          chunk.u32(offset);
        }),
      );
      expect(codes(read)).toEqual(['INGEST_EVTX_TEMPLATE']);
    }
    const long = beside((chunk) =>
      chunk.rawRecord(() => {
        chunk.u8(0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0);
        chunk.u32(chunk.at + 4);
        chunk.at += 20;
        chunk.u32(CHUNK);
      }),
    );
    expect(codes(long)).toEqual(['INGEST_EVTX_TEMPLATE']);
  });

  test('a template that names itself', () => {
    const read = beside((chunk) =>
      chunk.rawRecord(() => {
        chunk.u8(0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0);
        const own = chunk.at + 4;
        chunk.u32(own);
        chunk.at += 20;
        chunk.u32(14);
        chunk.u8(0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0);
        chunk.u32(own);
        chunk.u32(0);
      }),
    );
    expect(codes(read)).toEqual(['INGEST_EVTX_TEMPLATE']);
  });

  test('a slot without a value; values that run past their record', () => {
    const missing = beside((chunk) => chunk.record(tag('Event', {}, slot(3)), [text('only one')]));
    expect(missing.rejects[0]).toMatchObject({ code: 'INGEST_EVTX_SUBSTITUTION', number: 1 });
    expect(missing.rejects[0]?.detail).toContain('value 3 of 1');
    for (const count of [0xffff_ffff, 5000]) {
      const read = beside((chunk) =>
        chunk.rawRecord(() => {
          chunk.fragment({ template: tag('Event', {}, slot(0)), values: [] });
          chunk.bytes.writeUInt32LE(count, chunk.at - 4);
        }),
      );
      expect(codes(read)).toEqual(['INGEST_EVTX_SUBSTITUTION']);
    }
    const large: Given = text('x');
    // Past the chunk, and past the record only: what stands behind it belongs to another.
    for (const size of [0xffff, 300]) {
      const past = beside((chunk) =>
        chunk.rawRecord(() => {
          chunk.fragment({ template: tag('Event', {}, slot(0)), values: [large] });
          chunk.bytes.writeUInt16LE(size, chunk.at - 6);
        }),
      );
      expect(codes(past)).toEqual(['INGEST_EVTX_BINXML']);
    }
  });

  test('elements deeper than the limit, in one template or through values', () => {
    expect(codes(beside((chunk) => chunk.record(nested(97), [])))).toEqual(['INGEST_EVTX_TOO_DEEP']);
    expect(codes(beside((chunk) => chunk.record(nested(96), [])))).toEqual([]);
    expect(codes(beside((chunk) => chunk.record(nested(6), []), 9))).toEqual(['INGEST_EVTX_TOO_DEEP']);
    const through = tag('X', {}, slot(0));
    let value: Given = text('deep');
    for (let level = 0; level < 120; level += 1) value = fragment(through, value);
    expect(codes(beside((chunk) => chunk.record(tag('Event', {}, slot(0)), [value])))).toEqual([
      'INGEST_EVTX_TOO_DEEP',
    ]);
  });

  test('a record that says gigabytes is refused in a moment', () => {
    const many = tag('X', {}, ...Array.from({ length: 40 }, () => slot(0)));
    let value: Given = text('laugh '.repeat(100));
    for (let level = 0; level < 12; level += 1) value = fragment(many, value);
    const before = performance.now();
    const read = beside((chunk) => chunk.record(tag('Event', {}, slot(0)), [value]));
    expect(codes(read)).toEqual(['INGEST_EVTX_EXPANSION']);
    expect(performance.now() - before).toBeLessThan(2000);
  });

  test('a name out of range, an unknown token, no Event', () => {
    const raw = (...bytes: number[]) =>
      codes(
        beside((chunk) =>
          chunk.rawRecord(() => {
            chunk.u8(0x0f, 1, 1, 0, ...bytes);
          }),
        ),
      );
    expect(raw(0x01, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)).toEqual(['INGEST_EVTX_BINXML']);
    expect(raw(0x1f)).toEqual(['INGEST_EVTX_BINXML']);
    expect(raw(0)).toEqual(['INGEST_EVTX_BINXML']);
    expect(codes(beside((chunk) => chunk.record(tag('Other'), [])))).toEqual(['INGEST_EVTX_BINXML']);
  });
});

describe('any bytes', () => {
  /** Bytes overwritten at places, within the records of the second chunk or its header. */
  const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 6000 }), fc.uint8Array({ minLength: 1, maxLength: 8 })), {
    minLength: 1,
    maxLength: 12,
  });

  test('a damaged chunk never throws, and costs no other chunk a record', () => {
    fc.assert(
      fc.property(changes, fc.boolean(), (list, forge) => {
        const copy = damaged((bytes) => {
          for (const [at, value] of list) bytes.set(value, HEADER + CHUNK + at);
          if (forge && bytes.readUInt32LE(HEADER + CHUNK + 48) <= CHUNK)
            sealed(bytes.subarray(HEADER + CHUNK, HEADER + 2 * CHUNK));
        });
        const read = readLog([copy]);
        expect(read.records.slice(0, PER_CHUNK)).toEqual(whole.records.slice(0, PER_CHUNK));
        expect(read.records.slice(-PER_CHUNK)).toEqual(whole.records.slice(-PER_CHUNK));
        for (const record of read.records) JSON.stringify(record);
      }),
      { numRuns: 2000 },
    );
  });

  test('a chunk of tokens at random never throws and ends', () => {
    const byte = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x41, 0x46),
      },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
    );
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 400 }), fc.integer({ min: 1, max: 6 }), (bytes, copies) => {
        const writer = new ChunkWriter();
        for (let copy = 0; copy < copies; copy += 1) writer.rawRecord((chunk) => chunk.u8(...bytes));
        const read = readLog([eventLog(writer.finish())]);
        expect(read.records.length + read.rejects.length).toBe(copies);
      }),
      { numRuns: 1000 },
    );
  });

  test('anything after the signature', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9000 }), (bytes) => {
        const read = readLog([Buffer.from('ElfFile\0', 'latin1'), Buffer.from(bytes)]);
        expect(read.rejects.length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });
});
