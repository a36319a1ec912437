import type { RejectCode } from './reject.ts';

/** Where a splitter hands what it finds. Byte ranges are valid during the call only. */
export interface RecordSink {
  /** `bytes[start, end)` is one whole record. */
  record(bytes: Buffer, start: number, end: number, line: number): void;
  /** Something that is no record; `bytes[start, end)` is its beginning. */
  reject(code: RejectCode, line: number, detail: string, bytes: Buffer, start: number, end: number): void;
}

/** Cuts a byte stream into records. Holds at most one unfinished record, and of that no more than the limit. */
export interface Splitter {
  feed(chunk: Buffer): void;
  /** The stream has ended: what is held is the last record, or a truncated one. */
  end(): void;
  /** The stream broke: what is held is not a record. Returns it. */
  abandon(): Buffer;
  /** Bytes held for an unfinished record. */
  readonly held: number;
}

export const NOTHING = Buffer.alloc(0);

/** Pieces of an unfinished record. Past the limit it keeps the beginning, for the report, and only counts the rest. */
export class HeldBytes {
  readonly #limit: number;
  readonly #kept: number;
  #pieces: Buffer[] = [];
  #length = 0;
  #stored = 0;

  constructor(limit: number, kept: number) {
    this.#limit = limit;
    this.#kept = kept;
  }

  /** Bytes the record has so far, stored or not. */
  get length(): number {
    return this.#length;
  }

  /** Bytes in memory. */
  get stored(): number {
    return this.#stored;
  }

  get tooLong(): boolean {
    return this.#length > this.#limit;
  }

  add(piece: Buffer): void {
    const wasTooLong = this.tooLong;
    this.#length += piece.length;
    if (!this.tooLong) {
      this.#pieces.push(piece);
      this.#stored += piece.length;
    } else if (!wasTooLong) {
      const beginning = Buffer.from(Buffer.concat([...this.#pieces, piece]).subarray(0, this.#kept));
      this.#pieces = [beginning];
      this.#stored = beginning.length;
    }
  }

  /** Everything stored, as one buffer; empties. */
  take(): Buffer {
    const [first] = this.#pieces;
    const whole = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    this.#stored = 0;
    return whole;
  }
}
