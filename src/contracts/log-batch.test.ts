import { crc32, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBatch, encodeBatch, ID_BYTES, type LogBatch } from './log-batch.ts';

const batches = fc
  .record({
    tenant: fc.string({ unit: 'grapheme' }),
    source: fc.string(),
    door: fc.constantFrom('bulk', 'syslog'),
    receivedAt: fc.nat(),
    records: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 20 }),
  })
  .map(({ records, ...header }): LogBatch => {
    const texts = records.map((record) => Buffer.from(record));
    return {
      ...header,
      ids: Buffer.alloc(records.length * ID_BYTES, 7),
      lengths: Uint32Array.from(texts, ({ length }) => length),
      text: Buffer.concat(texts),
    };
  });

test('what is encoded is decoded, also out of the middle of other bytes', () => {
  fc.assert(
    fc.property(batches, fc.nat(9), (batch, at) => {
      const bytes = encodeBatch(batch);
      const among = Buffer.concat([Buffer.alloc(at), bytes, Buffer.alloc(3)]);
      const { ids, text, lengths, ...header } = decodeBatch(among.subarray(at, at + bytes.length));
      expect({ ...header, lengths, ids: ids.toString('hex'), text: text.toString('hex') }).toEqual({
        ...batch,
        ids: batch.ids.toString('hex'),
        text: batch.text.toString('hex'),
      });
    }),
  );
});

test('a byte that is another, or a piece that is missing or too many, is damage and nothing else', () => {
  const damages = fc.oneof(
    fc.record({ do: fc.constant('flip' as const), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ do: fc.constant('cut' as const), at: fc.nat() }),
    fc.record({ do: fc.constant('add' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) }),
  );
  fc.assert(
    fc.property(batches, damages, (batch, damage) => {
      const bytes = encodeBatch(batch);
      expect(() => decodeBatch(damaged(bytes, damage))).toThrow(expect.objectContaining({ code: 'LOG_BATCH_DAMAGED' }));
    }),
    { numRuns: 2000 },
  );
});

test('every single byte of a batch is watched', () => {
  const text = Buffer.from('{"a":1}');
  const lengths = Uint32Array.of(text.length);
  const batch = { tenant: 'main', source: 's', door: 'bulk', receivedAt: 1, ids: Buffer.alloc(16), lengths, text };
  const bytes = encodeBatch(batch);
  for (let at = 0; at < bytes.length; at += 1)
    for (let bit = 0; bit < 8; bit += 1)
      expect(() => decodeBatch(damaged(bytes, { do: 'flip', at, by: 1 << bit }))).toThrow(
        /LOG_BATCH|batch of the event log/,
      );
});

test('a right checksum over wrong contents is damage too: nothing else is thrown, nothing is read beyond the batch', () => {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const ours = { tenant: 'a', source: 'b', door: 'bulk', receivedAt: 1 };
  const cases: [payload: Buffer, headerLength?: number][] = [
    [Buffer.from('no json')],
    [json(null)],
    [json([])],
    [json({ ...ours, count: -1 })],
    [json({ ...ours, count: 1.5 })],
    [json({ ...ours, count: 2 ** 40 })],
    [json({ ...ours, count: 3 })],
    [json({ ...ours, count: '1' })],
    [json({ tenant: 'a', count: 0 })],
    [json({ ...ours, count: 0 }), 2 ** 31],
    // A length that points beyond the text.
    [
      Buffer.concat([
        json({ ...ours, count: 1 }),
        Buffer.from([255, 0, 0, 0]),
        Buffer.alloc(ID_BYTES),
        Buffer.from('{}'),
      ]),
      json({ ...ours, count: 1 }).length,
    ],
  ];
  for (const [payload, headerLength = payload.length] of cases) {
    const body = zstdCompressSync(payload);
    expect(() => decodeBatch(sealed(body, payload.length, headerLength))).toThrow(
      expect.objectContaining({ code: 'LOG_BATCH_DAMAGED' }),
    );
  }
  const fits = json({ ...ours, count: 0 });
  // It says less, or more, than it decompresses to; it is no zstd; it says more than any batch has.
  for (const [body, size] of [
    [zstdCompressSync(fits), fits.length - 1],
    [zstdCompressSync(fits), fits.length + 1],
    [Buffer.from('no zstd'), 7],
    [zstdCompressSync(fits), 2 ** 31],
  ] as const) {
    expect(() => decodeBatch(sealed(body, size, fits.length))).toThrow(
      expect.objectContaining({ code: 'LOG_BATCH_DAMAGED' }),
    );
  }
  expect(decodeBatch(sealed(zstdCompressSync(fits), fits.length, fits.length)).door).toBe('bulk');
});

function sealed(body: Buffer, size: number, headerLength: number): Buffer {
  const prefix = Buffer.alloc(16);
  prefix.writeUInt32LE(1, 0);
  prefix.writeUInt32LE(size, 8);
  prefix.writeUInt32LE(headerLength, 12);
  prefix.writeUInt32LE(crc32(body, crc32(prefix.subarray(8))), 4);
  return Buffer.concat([prefix, body]);
}

type Damage = { do: 'flip'; at: number; by: number } | { do: 'cut'; at: number } | { do: 'add'; bytes: Uint8Array };

function damaged(bytes: Buffer, damage: Damage): Buffer {
  if (damage.do === 'add') return Buffer.concat([bytes, damage.bytes]);
  const at = damage.at % bytes.length;
  if (damage.do === 'cut') return bytes.subarray(0, at);
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ damage.by;
  return other;
}
