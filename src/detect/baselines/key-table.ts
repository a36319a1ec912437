import type { KeyHash } from './key-hash.ts';

/** Numbers kept for each key. */
export type ColumnType = 'u8' | 'u16' | 'u32' | 'f32' | 'f64';
type Column = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

const makers = {
  u8: (size: number) => new Uint8Array(size),
  u16: (size: number) => new Uint16Array(size),
  u32: (size: number) => new Uint32Array(size),
  f32: (size: number) => new Float32Array(size),
  f64: (size: number) => new Float64Array(size),
} satisfies Record<ColumnType, (size: number) => Column>;

interface ByWidth {
  readonly u8: readonly Uint8Array[];
  readonly u16: readonly Uint16Array[];
  readonly u32: readonly Uint32Array[];
  readonly f32: readonly Float32Array[];
  readonly f64: readonly Float64Array[];
}

const SMALLEST = 1024;
const LOAD = 0.7;
/** Slots of a page. */
const PAGE = 8192;
/** Slots looked at to find the one that was touched longest ago. */
const SAMPLE = 8;

/**
 * Numbers by 64-bit key in typed arrays: no object a key, bounded in keys. When it is full, the least recently touched of a sample makes
 * room (sampled LRU, as Redis does), so a flood of new names pushes out what nobody uses, not what everybody does. Columns are
 * read and written by slot; a slot holds good until the next `take`.
 */
export class KeyTable<C extends Record<string, ColumnType>> {
  readonly #types: C;
  readonly #limit: number;
  #high!: Uint32Array;
  #low!: Uint32Array;
  /** Day last touched (days since the epoch). */
  #day!: Uint16Array;
  #columns!: { [K in keyof C]: Column };
  /** All of them and the key's own, by width: a loop over arrays of one type is what engines make fast. */
  #byWidth!: ByWidth;
  #size = 0;
  #mask = 0;
  #evictions = 0;

  /** @param limit keys at most; memory is 10 bytes and the columns a key, over 0.35 to 0.7 */
  constructor(columns: C, limit: number) {
    this.#types = columns;
    this.#limit = Math.max(1, limit);
    this.#allocate(SMALLEST);
  }

  get size(): number {
    return this.#size;
  }

  /** Keys that made room for others so far. */
  get evictions(): number {
    return this.#evictions;
  }

  get bytes(): number {
    let bytes = this.#high.byteLength + this.#low.byteLength + this.#day.byteLength;
    for (const column of Object.values(this.#columns)) bytes += column.byteLength;
    return bytes;
  }

  /** The key's slot, or -1. */
  find({ high, low }: KeyHash): number {
    for (let at = low & this.#mask; ; at = (at + 1) & this.#mask) {
      const seen = this.#high[at];
      if (seen === 0) return -1;
      if (seen === high && this.#low[at] === low) return at;
    }
  }

  /** The key's slot, made with all columns 0 where it is new (`isNew` tells); marks it as touched on that day. */
  take(key: KeyHash, day: number): number {
    const found = this.find(key);
    this.isNew = found === -1;
    if (found !== -1) {
      if (day > (this.#day[found] ?? 0)) this.#day[found] = day;
      return found;
    }
    const { high, low } = key;
    let at = -1;
    if (this.#size >= this.#limit) at = this.#evict(low);
    else if (this.#size >= LOAD * (this.#mask + 1)) this.#grow();
    if (at === -1) at = this.#free(low);
    this.#high[at] = high;
    this.#low[at] = low;
    this.#day[at] = day;
    this.#size += 1;
    return at;
  }

  /** Whether the last `take` made the key. */
  isNew = false;

  /** A column's array, by slot; another array after the next `take` that made a key. */
  column<K extends keyof C>(name: K): { [slot: number]: number } & Column {
    return this.#columns[name];
  }

  day(slot: number): number {
    return this.#day[slot] ?? 0;
  }

  /** Forgets a key; nothing where it is unknown. */
  drop(key: KeyHash): void {
    const at = this.find(key);
    if (at !== -1) this.#remove(at);
  }

  /** Every slot in use. */
  *slots(): Generator<number> {
    for (let at = 0; at <= this.#mask; at += 1) if (this.#high[at] !== 0) yield at;
  }

  /** The state as pages: names begin with `prefix`. */
  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    const size = this.#mask + 1;
    yield [`${prefix}|size`, Buffer.from(JSON.stringify({ size, keys: this.#size, evictions: this.#evictions }))];
    for (const [name, array] of this.#arrays()) {
      for (let at = 0; at < size; at += PAGE) {
        const part = array.subarray(at, Math.min(size, at + PAGE));
        yield [`${prefix}|${name}|${at}`, new Uint8Array(part.buffer, part.byteOffset, part.byteLength)];
      }
    }
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    const head = pages.get(`${prefix}|size`);
    if (head === undefined) return;
    const { size, keys, evictions } = JSON.parse(Buffer.from(head).toString()) as Record<string, number>;
    this.#allocate(size ?? SMALLEST);
    this.#size = keys ?? 0;
    this.#evictions = evictions ?? 0;
    for (const [name, array] of this.#arrays()) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let at = 0; at < this.#mask + 1; at += PAGE) {
        const page = pages.get(`${prefix}|${name}|${at}`);
        if (page !== undefined) bytes.set(page, at * array.BYTES_PER_ELEMENT);
      }
    }
  }

  #arrays(): readonly (readonly [string, Column])[] {
    return [['high', this.#high], ['low', this.#low], ['day', this.#day], ...Object.entries(this.#columns)];
  }

  #allocate(size: number): void {
    this.#mask = size - 1;
    this.#size = 0;
    this.#high = new Uint32Array(size);
    this.#low = new Uint32Array(size);
    this.#day = new Uint16Array(size);
    const columns: Record<string, Column> = {};
    for (const [name, type] of Object.entries(this.#types)) columns[name] = makers[type](size);
    this.#columns = columns as { [K in keyof C]: Column };
    const all = this.#arrays().map(([, array]) => array);
    this.#byWidth = {
      u8: all.filter((array) => array instanceof Uint8Array),
      u16: all.filter((array) => array instanceof Uint16Array),
      u32: all.filter((array) => array instanceof Uint32Array),
      f32: all.filter((array) => array instanceof Float32Array),
      f64: all.filter((array) => array instanceof Float64Array),
    };
  }

  #free(low: number): number {
    let at = low & this.#mask;
    while (this.#high[at] !== 0) at = (at + 1) & this.#mask;
    return at;
  }

  #grow(): void {
    const before = this.#byWidth;
    const [high, low] = [this.#high, this.#low];
    this.#allocate(high.length * 2);
    for (let from = 0; from < high.length; from += 1) {
      if (high[from] === 0) continue;
      copy(before, from, this.#byWidth, this.#free(low[from] ?? 0));
      this.#size += 1;
    }
  }

  /** @returns the slot made free, where the new key may stand in it as it is; otherwise -1 */
  #evict(low: number): number {
    let oldest = -1;
    let seen = 0;
    let isBeforeGap = true;
    let mayStand = false;
    for (let at = low & this.#mask; seen < SAMPLE; at = (at + 1) & this.#mask) {
      if (this.#high[at] === 0) {
        isBeforeGap = false;
        continue;
      }
      seen += 1;
      if (oldest === -1 || (this.#day[at] ?? 0) < (this.#day[oldest] ?? 0)) {
        oldest = at;
        mayStand = isBeforeGap;
      }
      if (seen >= this.#size) break;
    }
    this.#evictions += 1;
    if (!mayStand) {
      this.#remove(oldest);
      return -1;
    }
    // Every slot from the new key's home to here is in use: nothing has to move.
    clear(this.#byWidth, oldest);
    this.#size -= 1;
    return oldest;
  }

  /** Closes the gap behind it, so that no probe ends early (Knuth, The Art of Computer Programming 3, 6.4 R). */
  #remove(slot: number): void {
    let gap = slot;
    for (let at = (gap + 1) & this.#mask; this.#high[at] !== 0; at = (at + 1) & this.#mask) {
      const home = (this.#low[at] ?? 0) & this.#mask;
      const isBetween = gap <= at ? gap < home && home <= at : gap < home || home <= at;
      if (isBetween) continue;
      copy(this.#byWidth, at, this.#byWidth, gap);
      gap = at;
    }
    clear(this.#byWidth, gap);
    this.#size -= 1;
  }
}

function clear({ u8, u16, u32, f32, f64 }: ByWidth, slot: number): void {
  for (const array of u8) array[slot] = 0;
  for (const array of u16) array[slot] = 0;
  for (const array of u32) array[slot] = 0;
  for (const array of f32) array[slot] = 0;
  for (const array of f64) array[slot] = 0;
}

function copy(before: ByWidth, from: number, after: ByWidth, to: number): void {
  for (let at = 0; at < before.u8.length; at += 1) {
    const [source, target] = [before.u8[at], after.u8[at]];
    if (source !== undefined && target !== undefined) target[to] = source[from] ?? 0;
  }
  for (let at = 0; at < before.u16.length; at += 1) {
    const [source, target] = [before.u16[at], after.u16[at]];
    if (source !== undefined && target !== undefined) target[to] = source[from] ?? 0;
  }
  for (let at = 0; at < before.u32.length; at += 1) {
    const [source, target] = [before.u32[at], after.u32[at]];
    if (source !== undefined && target !== undefined) target[to] = source[from] ?? 0;
  }
  for (let at = 0; at < before.f32.length; at += 1) {
    const [source, target] = [before.f32[at], after.f32[at]];
    if (source !== undefined && target !== undefined) target[to] = source[from] ?? 0;
  }
  for (let at = 0; at < before.f64.length; at += 1) {
    const [source, target] = [before.f64[at], after.f64[at]];
    if (source !== undefined && target !== undefined) target[to] = source[from] ?? 0;
  }
}
