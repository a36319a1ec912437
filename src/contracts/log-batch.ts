import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BridgewatchError } from '../kernel/errors.ts';

/**
 * Partitions of the event log. An event's lane is chosen by its host or principal, so that what happened on one host
 * stays in order and a record that is sent again meets its first copy. Every lane has one owner among the workers.
 */
export const LANES = 16;
/** Bytes of an event id. */
export const ID_BYTES = 16;
/** What one batch may decompress to: a damaged or forged length must not fill memory. */
const BATCH_LIMIT = 256 * 1024 * 1024;
/** The smallest chunk that zlib takes. */
const CHUNK_LEAST = 64;
const VERSION = 1;
const PREFIX = 16;
/** Level 1: against 3, a fifth less time for a twentieth more bytes (bench/event-log.ts), of a log that is trimmed within minutes. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Events of one source and lane, as they were received: what the event log keeps. */
export interface LogBatch {
  readonly tenant: string;
  readonly source: string;
  /** The door they came through: `bulk`, `hec`, `syslog`, ... */
  readonly door: string;
  /** Epoch ms. */
  readonly receivedAt: number;
  /** ID_BYTES an event, in the order of the records. */
  readonly ids: Buffer;
  /** Bytes of each record in `text`. */
  readonly lengths: Uint32Array;
  /** The records' JSON texts (UTF-8), one after another. */
  readonly text: Buffer;
}

/**
 * A batch as bytes: version, CRC-32 of what follows, length of the payload and of the header (uint32 LE each), then the zstd
 * frame over header, lengths, ids and text.
 */
export function encodeBatch({ tenant, source, door, receivedAt, ids, lengths, text }: LogBatch): Buffer {
  const header = Buffer.from(JSON.stringify({ tenant, source, door, receivedAt, count: lengths.length }));
  const lengthBytes = Buffer.from(lengths.buffer, lengths.byteOffset, lengths.byteLength);
  const payload = Buffer.concat([header, lengthBytes, ids, text]);
  const body = zstdCompressSync(payload, {
    ...FAST,
    pledgedSrcSize: payload.length,
    // One chunk for most: telemetry shrinks tenfold and more.
    chunkSize: Math.max(CHUNK_LEAST, payload.length >> 2),
  });
  const prefix = Buffer.allocUnsafe(PREFIX);
  prefix.writeUInt32LE(VERSION, 0);
  prefix.writeUInt32LE(payload.length, 8);
  prefix.writeUInt32LE(header.length, 12);
  prefix.writeUInt32LE(crc32(body, crc32(prefix.subarray(8))), 4);
  return Buffer.concat([prefix, body]);
}

/** The batch in `bytes`. Throws `LOG_BATCH_DAMAGED` for anything that is not exactly what was encoded. */
export function decodeBatch(bytes: Uint8Array): LogBatch {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (all.length < PREFIX) throw damaged(`${all.length} bytes`);
  const version = all.readUInt32LE(0);
  if (version !== VERSION) throw damaged(`version ${version}`);
  const body = all.subarray(PREFIX);
  if (crc32(body, crc32(all.subarray(8, PREFIX))) !== all.readUInt32LE(4)) throw damaged('another checksum');
  const size = all.readUInt32LE(8);
  if (size > BATCH_LIMIT) throw damaged(`${size} bytes decompressed`);
  return parts(decompressed(body, size), all.readUInt32LE(12));
}

function decompressed(body: Buffer, size: number): Buffer {
  let payload: Buffer;
  try {
    // One chunk for all, with a byte to spare that says it is all: pieces would be put together again at the end.
    payload = zstdDecompressSync(body, { maxOutputLength: size, chunkSize: Math.max(size + 1, CHUNK_LEAST) });
  } catch (error) {
    throw damaged('a frame that does not decompress', error);
  }
  if (payload.length !== size) throw damaged(`${payload.length} bytes where it says ${size}`);
  return payload;
}

function parts(payload: Buffer, headerEnd: number): LogBatch {
  const { tenant, source, door, receivedAt, count } = header(payload.subarray(0, headerEnd));
  const idsAt = headerEnd + count * 4;
  const textAt = idsAt + count * ID_BYTES;
  if (textAt > payload.length) throw damaged(`${count} events in ${payload.length} bytes`);
  const text = payload.subarray(textAt);
  const lengths = new Uint32Array(count);
  let total = 0;
  for (let at = 0; at < count; at += 1) {
    const length = payload.readUInt32LE(headerEnd + at * 4);
    lengths[at] = length;
    total += length;
  }
  if (total !== text.length) throw damaged(`records of ${total} bytes in ${text.length}`);
  return { tenant, source, door, receivedAt, ids: payload.subarray(idsAt, textAt), lengths, text };
}

interface Header {
  readonly tenant: string;
  readonly source: string;
  readonly door: string;
  readonly receivedAt: number;
  readonly count: number;
}

/** By hand: a batch is read per batch on the way of every event, and its shape is ours. */
function header(bytes: Buffer): Header {
  let read: Partial<Header> | null;
  try {
    read = JSON.parse(bytes.toString('utf8')) as Partial<Header> | null;
  } catch (error) {
    throw damaged('a header that is no JSON', error);
  }
  const { tenant, source, door, receivedAt, count } = read ?? {};
  const named = typeof tenant === 'string' && typeof source === 'string' && typeof door === 'string';
  const counted =
    typeof receivedAt === 'number' && typeof count === 'number' && Number.isSafeInteger(count) && count >= 0;
  if (!named || !counted) throw damaged('a header that is none of ours');
  return { tenant, source, door, receivedAt, count };
}

function damaged(found: string, cause?: unknown): BridgewatchError {
  return new BridgewatchError(
    'LOG_BATCH_DAMAGED',
    `a batch of the event log has ${found}; its events cannot be read and are counted as lost to damage`,
    500,
    { cause },
  );
}
