import { envelopePrefix, PREFIX_BYTES } from './envelope.ts';
import type { IngestLimits } from './limits.ts';
import { HeldBytes, NOTHING, type RecordSink, type Splitter } from './sink.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const NEWLINE = 10;
const COLON = 58;
const COMMA = 44;

/** Where the scan stands outside a record. */
type Place =
  /** Between top-level values. */
  | 'top'
  /** In an array whose elements are the records. */
  | 'array'
  /** In the array of an envelope (`{"Records":[`). */
  | 'envelope'
  /** After that array, up to the envelope's closing brace. */
  | 'tail';

/**
 * Finds records in JSON that is not one record a line: an array, an envelope around one, pretty-printed or concatenated
 * objects, in any sequence. It follows strings, escapes and brackets byte by byte and holds one element at a time, so a
 * file of any size streams. It does not validate; JSON.parse does that with each element.
 *
 * After damage it finds its way back: a raw newline cannot be inside a string, and an object that opens where only a name
 * may stand, in the column where records begin, is the next record.
 */
export class ValueSplitter implements Splitter {
  readonly #sink: RecordSink;
  readonly #limits: IngestLimits;
  readonly #held: HeldBytes;
  /** Held-back beginning of a top-level object that may be an envelope. */
  #pending: Buffer = NOTHING;
  #place: Place = 'top';
  /** Record number, 1-based, of the last record begun. */
  #number = 0;
  #inRecord = false;
  /** A run of bytes that no bracket opened: numbers, words, garbage. */
  #inScalar = false;
  #inString = false;
  #escaped = false;
  /** Kinds of the open brackets, as deep as a record may be; how many there are, however deep. */
  readonly #brackets: number[] = [];
  #depth = 0;
  #last = 0;
  #column = 0;
  #recordColumn = -1;
  #tailDepth = 0;

  constructor(sink: RecordSink, limits: IngestLimits) {
    this.#sink = sink;
    this.#limits = limits;
    this.#held = new HeldBytes(limits.recordBytes, limits.rawBytes);
  }

  get held(): number {
    return this.#held.stored + this.#pending.length;
  }

  feed(chunk: Buffer): void {
    this.#scan(this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk, false);
  }

  end(): void {
    if (this.#pending.length > 0) this.#scan(this.#pending, true);
    if (this.#inScalar) this.#finish(NOTHING, 0, 0);
    else if (this.#inRecord) {
      const bytes = this.#held.take();
      this.#sink.reject('INGEST_TRUNCATED', this.#number, `record ${this.#number} has no end`, bytes, 0, bytes.length);
    } else if (this.#place !== 'top') {
      this.#sink.reject('INGEST_TRUNCATED', this.#number, 'the array of records has no end', NOTHING, 0, 0);
    }
    this.#inRecord = false;
  }

  abandon(): Buffer {
    return Buffer.concat([this.#held.take(), this.#pending]);
  }

  #scan(chunk: Buffer, final: boolean): void {
    this.#pending = NOTHING;
    let start = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#inString) {
        at = this.#skipString(chunk, at);
        continue;
      }
      const byte = chunk[at] as number;
      if (byte === NEWLINE) this.#column = -1;
      if (this.#inRecord) {
        const resynced = byte === OPEN_OBJECT && this.#brokenBefore();
        if (resynced) {
          this.#finish(chunk, start, at);
          start = at;
          this.#begin();
        }
        this.#step(byte);
        at += 1;
        this.#column += 1;
        if (this.#depth === 0) {
          this.#finish(chunk, start, at);
          start = at;
        }
        continue;
      }
      if (this.#inScalar) {
        if (isScalarByte(byte)) {
          at += 1;
          this.#column += 1;
          continue;
        }
        this.#finish(chunk, start, at);
      }
      if (this.#place === 'tail') {
        this.#stepTail(byte);
      } else if (byte === OPEN_OBJECT || (byte === OPEN_ARRAY && this.#place !== 'top')) {
        if (this.#place === 'top') {
          const skip = this.#envelope(chunk, at, final);
          if (skip === undefined) return;
          if (skip > 0) {
            at += skip;
            this.#column += skip;
            continue;
          }
        }
        start = at;
        this.#begin();
        continue;
      } else if (byte === OPEN_ARRAY) {
        this.#place = 'array';
      } else if (byte === CLOSE_ARRAY && this.#place !== 'top') {
        this.#place = this.#place === 'array' ? 'top' : 'tail';
        this.#tailDepth = 1;
      } else if (isScalarByte(byte)) {
        start = at;
        this.#inScalar = true;
        this.#number += 1;
      }
      at += 1;
      this.#column += 1;
    }
    if ((this.#inRecord || this.#inScalar) && start < chunk.length) this.#held.add(chunk.subarray(start));
  }

  /** Bytes to skip into an envelope's array; 0 for a plain record; undefined when more bytes are needed to tell. */
  #envelope(chunk: Buffer, at: number, final: boolean): number | undefined {
    const available = chunk.length - at;
    const skip = envelopePrefix(chunk.subarray(at, at + PREFIX_BYTES));
    if (skip > 0) {
      this.#place = 'envelope';
      return skip;
    }
    if (available < PREFIX_BYTES && !final && chunk.indexOf(CLOSE_OBJECT, at) < 0) {
      this.#pending = Buffer.from(chunk.subarray(at));
      return undefined;
    }
    return 0;
  }

  #begin(): void {
    this.#inRecord = true;
    this.#depth = 0;
    this.#last = 0;
    this.#number += 1;
    if (this.#recordColumn < 0) this.#recordColumn = this.#column;
  }

  /** An object opens where the JSON so far allows none, in the column where records begin. */
  #brokenBefore(): boolean {
    const inside = this.#brackets[this.#depth - 1];
    return inside === OPEN_OBJECT && this.#last !== COLON && this.#column === this.#recordColumn;
  }

  #step(byte: number): void {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      // Deeper than any record may be only the count matters: the record is refused when it ends.
      if (this.#depth <= this.#limits.depth) this.#brackets[this.#depth] = byte;
      this.#depth += 1;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#depth -= 1;
    if (byte > 32) this.#last = byte;
  }

  #stepTail(byte: number): void {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#tailDepth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#tailDepth -= 1;
    if (this.#tailDepth === 0) this.#place = 'top';
  }

  #skipString(chunk: Buffer, from: number): number {
    let at = from;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        at += 1;
        break;
      } else if (byte === NEWLINE) {
        this.#inString = false;
        break;
      }
    }
    this.#column += at - from;
    return at;
  }

  #finish(chunk: Buffer, start: number, end: number): void {
    this.#inRecord = false;
    this.#inScalar = false;
    this.#inString = false;
    this.#escaped = false;
    let bytes = chunk;
    let from = start;
    let to = end;
    let { length, tooLong } = this.#held;
    if (length > 0) {
      this.#held.add(chunk.subarray(start, end));
      ({ length, tooLong } = this.#held);
      bytes = this.#held.take();
      from = 0;
      to = bytes.length;
    } else {
      length = end - start;
      tooLong = length > this.#limits.recordBytes;
    }
    if (tooLong) {
      const detail = `${length} bytes, at most ${this.#limits.recordBytes}`;
      this.#sink.reject('INGEST_RECORD_TOO_LONG', this.#number, detail, bytes, from, to);
    } else {
      this.#sink.record(bytes, from, to, this.#number);
    }
  }
}

function isScalarByte(byte: number): boolean {
  return (
    byte > 32 && byte !== COMMA && byte !== OPEN_OBJECT && byte !== OPEN_ARRAY && byte !== CLOSE_ARRAY && byte !== 30
  );
}
