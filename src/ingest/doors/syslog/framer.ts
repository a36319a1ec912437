const LF = 10;
const CR = 13;
const BLANK = 32;
const LESS = 60;
/** Digits a count may have; more are no count that anybody means. */
const DIGITS = 20;
const SMALLEST = 512;

/** More came than is kept; or less than there should be. */
export type Flaw = 'SYSLOG_MESSAGE_CUT' | 'SYSLOG_MESSAGE_UNFINISHED';

export interface FrameSink {
  /** One message; the bytes are good until this returns. */
  message(bytes: Buffer, flaw: Flaw | undefined): void;
}

/**
 * Parts a stream into messages (RFC 6587). Each message says how it is framed: digits, a blank and `<` begin an octet count, anything else ends at a
 * newline. A message longer than `messageBytes` is cut there and the rest of it skipped, so memory is bounded by that.
 */
export class Framer {
  readonly #sink: FrameSink;
  readonly #messageBytes: number;
  readonly #frameBytes: number;
  #held = Buffer.allocUnsafe(SMALLEST);
  #length = 0;
  /** Bytes that did not fit. */
  #skipped = 0;
  #state: 'head' | 'line' | 'counted' = 'head';
  #remaining = 0;
  /** Messages finished so far. */
  finished = 0;

  constructor(sink: FrameSink, messageBytes: number, frameBytes: number) {
    this.#sink = sink;
    this.#messageBytes = messageBytes;
    this.#frameBytes = frameBytes;
  }

  /** A message is begun and not finished. */
  get pending(): boolean {
    return this.#length > 0 || this.#state === 'counted';
  }

  /** False where an octet count is beyond any message: nothing that follows can be told apart. */
  push(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'head') {
        const byte = chunk[at] as number;
        const kind = this.#headKind(byte);
        if (kind === 'skip') at += 1;
        else if (kind === 'more') {
          this.#hold(chunk, at, at + 1);
          at += 1;
        } else if (kind === 'counted') {
          this.#remaining = Number(this.#held.toString('latin1', 0, this.#length - 1));
          this.#length = 0;
          if (this.#remaining > this.#frameBytes) return false;
          this.#state = 'counted';
        } else this.#state = 'line';
      } else if (this.#state === 'line') {
        const newline = chunk.indexOf(LF, at);
        const end = newline < 0 ? chunk.length : newline;
        at = this.#part(chunk, at, end, newline >= 0) + (newline < 0 ? 0 : 1);
      } else {
        const end = Math.min(chunk.length, at + this.#remaining);
        this.#remaining -= end - at;
        at = this.#part(chunk, at, end, this.#remaining === 0);
      }
    }
    return true;
  }

  /**
   * The stream ended. What was begun is given out.
   *
   * @param whole it ended as its sender meant: a last line needs no newline then
   */
  end(whole: boolean): void {
    const unfinished = !whole || this.#state === 'counted';
    if (this.#length > 0)
      this.#finish(this.#held, 0, this.#length, unfinished ? 'SYSLOG_MESSAGE_UNFINISHED' : undefined);
    this.#state = 'head';
  }

  #headKind(byte: number): 'skip' | 'more' | 'counted' | 'line' {
    if (this.#length === 0) {
      if (byte === LF || byte === CR || byte === 0) return 'skip';
      return byte > 48 && byte <= 57 ? 'more' : 'line';
    }
    const last = this.#held[this.#length - 1];
    if (last === BLANK) return byte === LESS ? 'counted' : 'line';
    const digit = byte >= 48 && byte <= 57;
    return (digit && this.#length < DIGITS) || byte === BLANK ? 'more' : 'line';
  }

  #part(chunk: Buffer, start: number, end: number, last: boolean): number {
    if (last && this.#length === 0) {
      const kept = Math.min(end, start + this.#messageBytes);
      this.#finish(chunk, start, kept, kept < end ? 'SYSLOG_MESSAGE_CUT' : undefined);
      return end;
    }
    this.#hold(chunk, start, end);
    if (last) this.#finish(this.#held, 0, this.#length, undefined);
    return end;
  }

  #hold(chunk: Buffer, start: number, end: number): void {
    const taken = Math.min(end - start, this.#messageBytes - this.#length);
    this.#skipped += end - start - taken;
    const needed = this.#length + taken;
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, Math.min(this.#held.length * 2, this.#messageBytes)));
      this.#held.copy(larger, 0, 0, this.#length);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#length, start, start + taken);
    this.#length = needed;
  }

  #finish(bytes: Buffer, start: number, end: number, found: Flaw | undefined): void {
    const flaw = this.#skipped > 0 ? 'SYSLOG_MESSAGE_CUT' : found;
    this.#length = 0;
    this.#skipped = 0;
    this.#state = 'head';
    this.finished += 1;
    this.#sink.message(bytes.subarray(start, end), flaw);
    // One long message must not leave its room behind on every connection.
    if (this.#held.length > SMALLEST * 16) this.#held = Buffer.allocUnsafe(SMALLEST);
  }
}
