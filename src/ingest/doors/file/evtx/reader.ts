import { crc32 } from 'node:zlib';
import type { JsonObject } from '../../../../contracts/event.ts';
import { NOTHING, type Splitter } from '../../../sink.ts';
import { CHUNK_BYTES, type ChunkSink, isZero, readChunk } from './chunk.ts';
import type { EvtxCode } from './problem.ts';

/** "ElfFile" and NUL, as the file begins. */
const SIGNATURE = Buffer.from('ElfFile\0', 'latin1');
const FILE_HEADER = 4096;

export function isEvtx(head: Buffer): boolean {
  return head.length >= SIGNATURE.length && head.subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/** Where an event log's records go. Byte ranges are valid during the call only; `number` counts records from 1. */
export interface EvtxSink {
  record(record: JsonObject, number: number, bytes: Buffer, start: number, end: number): void;
  /** `number` is that of the record refused, 0 where it is no single record. */
  reject(code: EvtxCode, number: number, detail: string, bytes: Buffer, start: number, end: number): void;
}

/**
 * Reads a Windows XML Event Log as it streams by, one chunk of 64 KiB in memory. Never throws on any bytes: what can be read is read, the
 * rest goes to `reject`. The number of chunks in the file's header is not relied on: in a log copied while it was written to it is stale.
 *
 * Source: Joachim Metz, "Windows XML Event Log (EVTX) format" (libevtx); [MS-EVEN6] 2.2.12 for Binary XML.
 */
export class EvtxReader implements Splitter {
  readonly #sink: EvtxSink;
  readonly #depth: number;
  readonly #buffer = Buffer.alloc(CHUNK_BYTES);
  #filled = 0;
  #headerRead = false;
  #chunks = 0;
  #records = 0;

  /** @param depth objects and arrays inside each other in a record */
  constructor(sink: EvtxSink, depth: number) {
    this.#sink = sink;
    // The innermost element may still be an object of its own with attributes or a list in it.
    this.#depth = Math.max(1, depth - 3);
  }

  /** Bytes held of an unfinished chunk. */
  get held(): number {
    return this.#filled;
  }

  feed(piece: Buffer): void {
    let from = 0;
    while (from < piece.length) {
      const wanted = this.#headerRead ? CHUNK_BYTES : FILE_HEADER;
      const copied = piece.copy(this.#buffer, this.#filled, from, from + wanted - this.#filled);
      from += copied;
      this.#filled += copied;
      if (this.#filled < wanted) return;
      this.#filled = 0;
      if (this.#headerRead) this.#chunk(CHUNK_BYTES);
      else this.#header();
    }
  }

  end(): void {
    const length = this.#filled;
    this.#filled = 0;
    if (!this.#headerRead) {
      this.#sink.reject('INGEST_EVTX_TRUNCATED', 0, `inside the file header, ${length} bytes`, this.#buffer, 0, length);
      return;
    }
    if (isZero(this.#buffer, 0, length)) return;
    this.#sink.reject('INGEST_EVTX_TRUNCATED', 0, `chunk ${this.#chunks + 1} has ${length} bytes`, this.#buffer, 0, 0);
    this.#chunk(length);
  }

  /** The stream broke off: whole records of the chunk it broke in are read. Nothing is left over. */
  abandon(): Buffer {
    const length = this.#filled;
    this.#filled = 0;
    if (this.#headerRead) this.#chunk(length);
    return NOTHING;
  }

  #header(): void {
    this.#headerRead = true;
    const bytes = this.#buffer;
    if (crc32(bytes.subarray(0, 120)) === bytes.readUInt32LE(124)) return;
    this.#sink.reject('INGEST_EVTX_CHECKSUM', 0, 'of the file header', bytes, 0, 128);
  }

  #chunk(length: number): void {
    this.#chunks += 1;
    const where = `chunk ${this.#chunks}, `;
    const sink: ChunkSink = {
      record: (record, bytes, start, end) => {
        this.#records += 1;
        this.#sink.record(record, this.#records, bytes, start, end);
      },
      reject: (code, detail, bytes, start, end) => {
        const whole = code === 'INGEST_EVTX_CHUNK' || code === 'INGEST_EVTX_CHECKSUM';
        if (!whole) this.#records += 1;
        this.#sink.reject(code, whole ? 0 : this.#records, where + detail, bytes, start, end);
      },
    };
    readChunk(this.#buffer.subarray(0, length), sink, this.#depth);
  }
}
