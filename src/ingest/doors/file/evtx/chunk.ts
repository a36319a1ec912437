import { crc32 } from 'node:zlib';
import type { JsonObject } from '../../../../contracts/event.ts';
import { Budget } from './budget.ts';
import { at, type EvtxCode, EvtxProblem } from './problem.ts';
import { Renderer } from './render.ts';

export const CHUNK_BYTES = 65_536;
const HEADER = 512;
const SIGNATURE = Buffer.from('ElfChnk\0', 'latin1');
const RECORD = Buffer.from('**\0\0', 'latin1');
/** Signature, size, identifier, time written; then the Binary XML, and the size once more. */
const RECORD_HEADER = 24;
const SMALLEST = RECORD_HEADER + 4;
/** Written when a chunk's checksums are not kept. */
const NO_CHECKSUM = 4;

/** What one chunk gives. Byte ranges are valid during the call only. */
export interface ChunkSink {
  record(record: JsonObject, bytes: Buffer, start: number, end: number): void;
  reject(code: EvtxCode, detail: string, bytes: Buffer, start: number, end: number): void;
}

export function isZero(bytes: Buffer, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) if (bytes[index] !== 0) return false;
  return true;
}

/**
 * Reads the records of one chunk, or of what there is of it. A checksum that does not match is reported, and what can be read is read all
 * the same; bytes that are no record are reported once, and reading goes on at the next record that is whole.
 *
 * @param depth elements inside each other
 */
export function readChunk(bytes: Buffer, sink: ChunkSink, depth: number): void {
  const known = bytes.length >= HEADER && bytes.subarray(0, 8).equals(SIGNATURE);
  if (!known) {
    if (isZero(bytes, 0, bytes.length)) return;
    sink.reject('INGEST_EVTX_CHUNK', 'no signature', bytes, 0, Math.min(bytes.length, HEADER));
  }
  const end = known ? checkedEnd(bytes, sink) : bytes.length;
  const chunk = { bytes, names: new Map<number, string>(), budget: new Budget(), depth };
  const renderer = new Renderer(chunk);
  let from = HEADER;
  while (from < end) {
    const size = recordSize(bytes, from, end);
    if (size === 0) {
      if (isZero(bytes, from, end)) return;
      const next = nextRecord(bytes, from + 1, end);
      sink.reject('INGEST_EVTX_RECORD', `${at(from)} to ${at(next)}`, bytes, from, next);
      from = next;
      continue;
    }
    chunk.budget.nextRecord();
    try {
      sink.record(renderer.record(from + RECORD_HEADER, from + size - 4), bytes, from, from + size);
    } catch (error) {
      if (!(error instanceof EvtxProblem)) throw error;
      const detail = `record ${bytes.readBigUInt64LE(from + 8)} at ${at(from)}: ${error.message}`;
      sink.reject(error.code, detail, bytes, from, from + size);
    }
    from += size;
  }
}

/** Where the records end: the header says, if it is whole; else the chunk does. */
function checkedEnd(bytes: Buffer, sink: ChunkSink): number {
  const free = bytes.readUInt32LE(48);
  const sane = free >= HEADER && free <= bytes.length;
  if ((bytes.readUInt32LE(120) & NO_CHECKSUM) !== 0) return sane ? free : bytes.length;
  const header = crc32(bytes.subarray(128, HEADER), crc32(bytes.subarray(0, 120)));
  if (header !== bytes.readUInt32LE(124)) {
    sink.reject('INGEST_EVTX_CHECKSUM', 'of its header', bytes, 0, HEADER);
    return bytes.length;
  }
  if (!sane) return bytes.length;
  if (crc32(bytes.subarray(HEADER, free)) !== bytes.readUInt32LE(52))
    sink.reject('INGEST_EVTX_CHECKSUM', 'of its records', bytes, 0, HEADER);
  return free;
}

/** Size of the whole record that begins here, or 0. */
function recordSize(bytes: Buffer, from: number, end: number): number {
  if (end - from < SMALLEST || bytes.readUInt32LE(from) !== 0x2a2a) return 0;
  const size = bytes.readUInt32LE(from + 4);
  return size >= SMALLEST && size <= end - from && bytes.readUInt32LE(from + size - 4) === size ? size : 0;
}

function nextRecord(bytes: Buffer, from: number, end: number): number {
  for (let next = bytes.indexOf(RECORD, from); next >= 0 && next < end; next = bytes.indexOf(RECORD, next + 1))
    if (recordSize(bytes, next, end) > 0) return next;
  return end;
}
