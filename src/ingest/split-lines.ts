import type { IngestLimits } from './limits.ts';
import { HeldBytes, type RecordSink, type Splitter } from './sink.ts';

const NEWLINE = 10;
const SPACE = 32;

/** One record a line. Blank lines and the blanks around a record (CRLF too) are nothing. */
export class LineSplitter implements Splitter {
  readonly #sink: RecordSink;
  readonly #limits: IngestLimits;
  readonly #held: HeldBytes;
  #line = 1;

  constructor(sink: RecordSink, limits: IngestLimits) {
    this.#sink = sink;
    this.#limits = limits;
    this.#held = new HeldBytes(limits.recordBytes, limits.rawBytes);
  }

  get held(): number {
    return this.#held.stored;
  }

  feed(chunk: Buffer): void {
    let position = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, position);
      if (newline < 0) break;
      if (this.#held.length > 0) {
        this.#held.add(chunk.subarray(position, newline));
        this.#finishHeld();
      } else {
        this.#emit(chunk, position, newline);
      }
      this.#line += 1;
      position = newline + 1;
    }
    if (position < chunk.length) this.#held.add(chunk.subarray(position));
  }

  end(): void {
    if (this.#held.length > 0) this.#finishHeld();
  }

  abandon(): Buffer {
    return this.#held.take();
  }

  #finishHeld(): void {
    const { length, tooLong } = this.#held;
    const bytes = this.#held.take();
    if (tooLong) this.#tooLong(length, bytes, 0, bytes.length);
    else this.#emit(bytes, 0, bytes.length);
  }

  #emit(bytes: Buffer, from: number, to: number): void {
    let start = from;
    let end = to;
    while (start < end && (bytes[start] ?? 0) <= SPACE && bytes[start] !== 0) start += 1;
    while (end > start && (bytes[end - 1] ?? 0) <= SPACE && bytes[end - 1] !== 0) end -= 1;
    if (start === end) return;
    if (end - start > this.#limits.recordBytes) this.#tooLong(end - start, bytes, start, end);
    else this.#sink.record(bytes, start, end, this.#line);
  }

  #tooLong(length: number, bytes: Buffer, start: number, end: number): void {
    const detail = `${length} bytes, at most ${this.#limits.recordBytes}`;
    this.#sink.reject('INGEST_RECORD_TOO_LONG', this.#line, detail, bytes, start, end);
  }
}
