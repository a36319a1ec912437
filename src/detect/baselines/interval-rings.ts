import type { KeyHash } from './key-hash.ts';

/** Intervals kept of each pair. */
const KEPT = 128;
const WAYS = 4;
/** Seconds; calls closer together are one beat: a beat is often several connections. */
const ONE_BEAT = 5;
const LONGEST = 65_535;

/**
 * The last 128 intervals between beats, in whole seconds, of a bounded number of pairs: a cache of four ways (each key may live in four
 * places), in which the one that was silent longest makes room. 276 bytes a pair.
 */
export class IntervalRings {
  readonly #sets: number;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  /** Epoch seconds of the last beat. */
  readonly #last: Uint32Array;
  /** Beats so far; the ring is written at this, modulo its length. */
  readonly #beats: Uint32Array;
  readonly #intervals: Uint16Array;

  /** @param pairs kept at most; a power of two, 4 or more */
  constructor(pairs: number) {
    this.#sets = pairs / WAYS;
    this.#high = new Uint32Array(pairs);
    this.#low = new Uint32Array(pairs);
    this.#last = new Uint32Array(pairs);
    this.#beats = new Uint32Array(pairs);
    this.#intervals = new Uint16Array(pairs * KEPT);
  }

  get bytes(): number {
    return this.#arrays().reduce((sum, [, array]) => sum + array.byteLength, 0);
  }

  /** The pair's row; an empty one where it is new or was pushed out. */
  take({ high, low }: KeyHash): number {
    const set = (low & (this.#sets - 1)) * WAYS;
    let oldest = set;
    for (let row = set; row < set + WAYS; row += 1) {
      if (this.#high[row] === high && this.#low[row] === low) return row;
      if ((this.#last[row] ?? 0) < (this.#last[oldest] ?? 0)) oldest = row;
    }
    this.#high[oldest] = high;
    this.#low[oldest] = low;
    this.#last[oldest] = 0;
    this.#beats[oldest] = 0;
    return oldest;
  }

  /** Takes a call in, epoch ms; one that is out of order is left out, as a missed beat is. */
  beat(row: number, at: number): void {
    const seconds = Math.floor(at / 1000);
    const last = this.#last[row] ?? 0;
    if (seconds < last + ONE_BEAT) return;
    const beats = this.#beats[row] ?? 0;
    if (beats > 0) this.#intervals[row * KEPT + ((beats - 1) % KEPT)] = Math.min(LONGEST, seconds - last);
    this.#last[row] = seconds;
    this.#beats[row] = beats + 1;
  }

  /** Its intervals, seconds, shortest first. */
  sorted(row: number): Uint16Array {
    const kept = Math.min(KEPT, Math.max(0, (this.#beats[row] ?? 0) - 1));
    return this.#intervals.slice(row * KEPT, row * KEPT + kept).sort();
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    const page = 65_536;
    for (const [name, array] of this.#arrays()) {
      for (let at = 0; at < array.byteLength; at += page) {
        const size = Math.min(page, array.byteLength - at);
        yield [`${prefix}|${name}|${at}`, new Uint8Array(array.buffer, array.byteOffset + at, size)];
      }
    }
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    for (const [name, array] of this.#arrays()) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let at = 0; at < bytes.length; at += 65_536) {
        const page = pages.get(`${prefix}|${name}|${at}`);
        if (page !== undefined) bytes.set(page, at);
      }
    }
  }

  #arrays(): readonly (readonly [string, Uint32Array | Uint16Array])[] {
    return [
      ['high', this.#high],
      ['low', this.#low],
      ['last', this.#last],
      ['beats', this.#beats],
      ['intervals', this.#intervals],
    ];
  }
}
