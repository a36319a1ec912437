import type { KeyHash } from './key-hash.ts';
import { type ColumnType, KeyTable } from './key-table.ts';

const BINS = 32;
const names = Array.from({ length: BINS }, (_, bin) => `b${bin}`);
const columns: Record<string, ColumnType> = Object.fromEntries(names.map((name) => [name, 'u16']));
/** Values beyond which counts are halved. */
const MANY = 4000;
/** Values that a tail is fitted to. */
const EXCESSES = 10;
/** How much wider than fitted the tail is taken to be. */
const WIDER = 1.5;

/**
 * Distribution of a number for each key, as a histogram of 32 bins, and how far out in it a value lies. Beyond what was often seen the
 * tail is exponential above the 90th percentile (peaks over threshold; Pickands 1975), taken half as wide again.
 */
export class Tails {
  readonly #width: number;
  readonly #table: KeyTable<Record<string, ColumnType>>;

  /** @param width of a bin */
  constructor(width: number, limit: number) {
    this.#width = width;
    this.#table = new KeyTable(columns, limit);
  }

  get bytes(): number {
    return this.#table.bytes;
  }

  add(key: KeyHash, value: number, day: number): void {
    const slot = this.#table.take(key, day);
    const column = this.#table.column(names[this.#bin(value)] ?? '');
    column[slot] = (column[slot] ?? 0) + 1;
    if ((column[slot] ?? 0) < MANY) return;
    for (const name of names) {
      const each = this.#table.column(name);
      each[slot] = (each[slot] ?? 0) >>> 1;
    }
  }

  /** Share of values at least as great, how many values there were, how many of them below, and their median. */
  tail(key: KeyHash, value: number): { share: number; count: number; below: number; median: number } {
    const slot = this.#table.find(key);
    const counts = names.map((name) => (slot === -1 ? 0 : (this.#table.column(name)[slot] ?? 0)));
    const count = counts.reduce((sum, each) => sum + each, 0);
    const bin = this.#bin(value);
    const below = counts.slice(0, bin).reduce((sum, each) => sum + each, 0);
    const median = this.#median(counts, count);
    const plain = (count - below + 1) / (count + 1);
    if (count < 3 * EXCESSES || count - below >= EXCESSES) return { share: plain, count, below, median };
    let from = BINS - 1;
    let above = counts[from] ?? 0;
    while (from > 0 && above < Math.max(EXCESSES, count / 10)) {
      from -= 1;
      above += counts[from] ?? 0;
    }
    const excess = counts.slice(from).reduce((sum, each, at) => sum + each * (at + 0.5), 0) / above;
    const share = (above / count) * Math.exp(-Math.max(0, value / this.#width - from) / (WIDER * excess));
    return { share: Math.min(plain, share), count, below, median };
  }

  pages(prefix: string): Iterable<readonly [string, Uint8Array]> {
    return this.#table.pages(prefix);
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    this.#table.restore(prefix, pages);
  }

  #bin(value: number): number {
    return Math.max(0, Math.min(BINS - 1, Math.floor(value / this.#width)));
  }

  #median(counts: readonly number[], count: number): number {
    let below = 0;
    for (const [bin, each] of counts.entries()) {
      below += each;
      if (2 * below >= count) return count === 0 ? 0 : (bin + 0.5) * this.#width;
    }
    return 0;
  }
}
