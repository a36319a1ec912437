import duckdb, { type Vector } from '@duckdb/node-bindings';
import type { LakeValue } from '../../contracts/lake.ts';

/**
 * Values into DuckDB's vectors, many at a time. The calls of its JavaScript API, one a cell, cost more than all else a row needs; here
 * what has a fixed width is laid out as DuckDB keeps it and copied at once, and only a long text that its neighbours do not have is a call.
 */

/** Rows written at a time: few, so that what they hold is let go while it is young. */
export const BLOCK = 512;
/** Bytes of DuckDB's `string_t`: length, then the text where it is no longer than INLINE, else its first bytes and where it is. */
const CELL = 16;
const INLINE = 12;
/** Rows of a vector. */
export const CAPACITY = 2048;

export type Rows = readonly (readonly LakeValue[])[];

const words = new Int32Array((BLOCK * CELL) / 4);
const bytes = new Uint8Array(words.buffer);
/** Of the whole vector, one bit a row: set where there is a value. */
const valid = new Uint8Array(CAPACITY / 8);

/** Which of a vector's rows have no value, over several blocks. */
export class Absent {
  #bits: Uint8Array | undefined;

  add(row: number): void {
    this.#bits ??= new Uint8Array(CAPACITY / 8);
    this.#bits[row >> 3] = (this.#bits[row >> 3] as number) | (1 << (row & 7));
  }

  /** Tells the vector. */
  write(vector: Vector): void {
    if (this.#bits === undefined) return;
    for (let at = 0; at < valid.length; at += 1) valid[at] = ~(this.#bits[at] as number);
    duckdb.vector_ensure_validity_writable(vector);
    duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer, 0, valid.length);
  }
}

/** Column `column` of the rows, from the vector's row `from` on. An empty text is none. */
export function writeTexts(vector: Vector, from: number, rows: Rows, column: number, absent: Absent): void {
  words.fill(0, 0, rows.length * 4);
  const long: number[] = [];
  const firsts = new Map<string, number>();
  let repeats: number[] | undefined;
  for (let at = 0; at < rows.length; at += 1) {
    const value = rows[at]?.[column];
    if (typeof value !== 'string' || value === '') {
      absent.add(from + at);
      continue;
    }
    if (value.length <= INLINE && writeInline(value, at * CELL)) continue;
    const first = firsts.get(value);
    if (first === undefined) {
      if (value.length <= SHARED) firsts.set(value, at);
      long.push(at);
    } else {
      repeats ??= [];
      repeats.push(at, first);
    }
  }
  copy(vector, from, rows.length);
  for (const at of long) duckdb.vector_assign_string_element(vector, from + at, rows[at]?.[column] as string);
  if (repeats !== undefined) share(vector, from, rows.length, repeats);
}

/** Longer texts seldom repeat, and would have to be read whole to find out. */
const SHARED = 160;

/** A text in the cell at `start`; false where it takes more bytes than characters. */
function writeInline(text: string, start: number): boolean {
  const { length } = text;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    // NUL too: the longer ones end there.
    if (code > 0x7f || code === 0) {
      words.fill(0, start / 4, start / 4 + 4);
      return false;
    }
    bytes[start + 4 + at] = code;
  }
  words[start / 4] = length;
  return true;
}

/** Texts that are there already are pointed at: the vector owns them all. @param repeats pairs of a row and the row that has its text */
function share(vector: Vector, from: number, count: number, repeats: readonly number[]): void {
  const whole = duckdb.vector_get_data(vector, (from + count) * CELL);
  bytes.set(whole.subarray(from * CELL));
  for (let at = 0; at < repeats.length; at += 2) {
    const [row, first] = [(repeats[at] as number) * 4, (repeats[at + 1] as number) * 4];
    words[row] = words[first] as number;
    words[row + 1] = words[first + 1] as number;
    words[row + 2] = words[first + 2] as number;
    words[row + 3] = words[first + 3] as number;
  }
  copy(vector, from, count);
}

function copy(vector: Vector, from: number, count: number): void {
  duckdb.copy_data_to_vector(vector, from * CELL, words.buffer, 0, count * CELL);
}

/** Times, as whole ms. */
export function writeTimes(vector: Vector, from: number, rows: Rows, column: number): void {
  for (let at = 0; at < rows.length; at += 1) {
    const time = boundedTime(rows[at]?.[column]);
    const high = Math.floor(time / 2 ** 32);
    words[at * 2] = time - high * 2 ** 32;
    words[at * 2 + 1] = high;
  }
  duckdb.copy_data_to_vector(vector, from * 8, words.buffer, 0, rows.length * 8);
}

/** The last ms that a Date can hold. */
const EPOCH_END = 8.64e15;

/** What DuckDB can take as a time: one record with a wild one must not keep its whole file from being written. */
export function boundedTime(value: LakeValue | undefined): number {
  const time = typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : 0;
  return Math.min(Math.max(time, -EPOCH_END), EPOCH_END);
}

/** A number that the column cannot hold is none. */
export function writeIntegers(vector: Vector, from: number, rows: Rows, column: number, absent: Absent): void {
  for (let at = 0; at < rows.length; at += 1) {
    const value = rows[at]?.[column];
    const fits = typeof value === 'number' && value === (value | 0);
    words[at] = fits ? value : 0;
    if (!fits) absent.add(from + at);
  }
  duckdb.copy_data_to_vector(vector, from * 4, words.buffer, 0, rows.length * 4);
}

export function writeBooleans(vector: Vector, from: number, rows: Rows, column: number): void {
  for (let at = 0; at < rows.length; at += 1) bytes[at] = rows[at]?.[column] === true ? 1 : 0;
  duckdb.copy_data_to_vector(vector, from, words.buffer, 0, rows.length);
}
