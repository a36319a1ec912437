import { dayOf } from './hours.ts';
import type { KeyHash } from './key-hash.ts';
import { type ColumnType, KeyTable } from './key-table.ts';
import { decode, encode } from './log-code.ts';
import { Precedents, precedentColumns } from './precedents.ts';
import { type Expected, Seasonal, seasonalColumns } from './seasonal.ts';

const columns: Record<string, ColumnType> = {
  ...seasonalColumns,
  ...precedentColumns,
  /** The hour being counted, hours since the epoch. */
  hour: 'u32',
  count: 'f32',
  total: 'f32',
  /** The most in an hour of this day, in code. */
  most: 'u8',
  /** The hour's count is looked at again from there on. */
  lookAt: 'f32',
  /** This hour was spoken of: it teaches nothing. */
  isBeyond: 'u8',
  firstDay: 'u16',
  beyondDay: 'u16',
};

/** Days without anything that still say what those weekdays are like. Longer ones are an absence, and teach nothing. */
const LONG_WEEKEND = 4;

/** Counts by series and hour, folded into what is usual as hours and days end. 84 bytes a series in all. */
export class HourlyCounts {
  readonly #rows: KeyTable<Record<string, ColumnType>>;
  readonly #seasonal: Seasonal;
  readonly #precedents: Precedents;
  /** The most in an hour of the day that the last `take` ended, where nothing on it was out of the ordinary; else 0. */
  endedHeight = 0;

  constructor(limit: number) {
    this.#rows = new KeyTable(columns, limit);
    this.#seasonal = new Seasonal(this.#rows);
    this.#precedents = new Precedents(this.#rows);
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  get size(): number {
    return this.#rows.size;
  }

  find(key: KeyHash): number {
    return this.#rows.find(key);
  }

  /** The row of a series, at that hour: hours and days before it are taken in. */
  take(key: KeyHash, hour: number): number {
    const slot = this.#rows.take(key, dayOf(hour));
    this.endedHeight = 0;
    const hours = this.#rows.column('hour');
    if (this.#rows.isNew) {
      this.#rows.column('firstDay')[slot] = dayOf(hour);
      this.#seasonal.begin(slot);
      hours[slot] = hour;
      return slot;
    }
    const before = hours[slot] ?? hour;
    if (hour > before) {
      this.#roll(slot, before, hour);
      hours[slot] = hour;
      this.#rows.column('count')[slot] = 0;
      this.#rows.column('lookAt')[slot] = 0;
      this.#rows.column('isBeyond')[slot] = 0;
    }
    return slot;
  }

  /** Counts, in the hour the row is at; returns how many there are in it by now. */
  add(slot: number, count: number): number {
    const counts = this.#rows.column('count');
    const most = this.#rows.column('most');
    const now = (counts[slot] ?? 0) + count;
    counts[slot] = now;
    most[slot] = Math.max(most[slot] ?? 0, encode(now, 0));
    return now;
  }

  hour(slot: number): number {
    return this.#rows.column('hour')[slot] ?? 0;
  }

  /** Whether a count has grown enough to be looked at (again). */
  isDue(slot: number, count: number): boolean {
    return count >= (this.#rows.column('lookAt')[slot] ?? 0);
  }

  lookAgainAt(slot: number, count: number): void {
    this.#rows.column('lookAt')[slot] = count;
  }

  expected(slot: number): Expected {
    return this.#seasonal.expected(slot, this.hour(slot));
  }

  tail(count: number, expected: Expected): number {
    return this.#seasonal.tail(count, expected);
  }

  /** Whole days since the first hour counted, and how many of them something was done on. */
  known(slot: number): { readonly days: number; readonly active: number } {
    const days = dayOf(this.hour(slot)) - (this.#rows.column('firstDay')[slot] ?? 0);
    return { days, active: this.#seasonal.learnedDays(slot) };
  }

  /** Earlier days that were so high. */
  precedents(slot: number, count: number): number {
    return this.#precedents.count(slot, dayOf(this.hour(slot)), count);
  }

  /** The hour is out of the ordinary: kept as a precedent. Returns whether it is the day's first. */
  beyond(slot: number, count: number): boolean {
    const day = dayOf(this.hour(slot));
    this.#precedents.note(slot, day, count);
    const beyondDay = this.#rows.column('beyondDay');
    const isFirst = beyondDay[slot] !== day;
    beyondDay[slot] = day;
    return isFirst;
  }

  /** What was said of this hour keeps it from teaching anything. */
  spoken(slot: number): void {
    this.#rows.column('isBeyond')[slot] = 1;
  }

  forget(key: KeyHash, from: number, to: number): void {
    const slot = this.#rows.find(key);
    if (slot === -1) return;
    this.#precedents.forget(slot, from, to);
    if (this.hour(slot) * 3_600_000 > to || (this.hour(slot) + 1) * 3_600_000 <= from) return;
    this.spoken(slot);
  }

  pages(prefix: string): Iterable<readonly [string, Uint8Array]> {
    return this.#rows.pages(prefix);
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    this.#rows.restore(prefix, pages);
  }

  #roll(slot: number, before: number, now: number): void {
    this.#learn(slot, before, this.#rows.column('count')[slot] ?? 0);
    const [day, today] = [dayOf(before), dayOf(now)];
    const end = Math.min(now, (day + 1) * 24);
    for (let hour = before + 1; hour < end; hour += 1) this.#seasonal.learnHour(slot, hour, 0);
    if (today === day) return;
    this.#endDay(slot, day, today);
    for (let hour = today * 24; hour < now; hour += 1) this.#seasonal.learnHour(slot, hour, 0);
  }

  #learn(slot: number, hour: number, count: number): void {
    const isBeyond = this.#rows.column('isBeyond')[slot] === 1;
    const usual = isBeyond ? Math.min(count, this.#seasonal.expected(slot, hour).mean) : count;
    const total = this.#rows.column('total');
    total[slot] = (total[slot] ?? 0) + this.#seasonal.learnHour(slot, hour, usual);
  }

  #endDay(slot: number, day: number, today: number): void {
    const total = this.#rows.column('total');
    const most = this.#rows.column('most');
    const first = this.#rows.column('firstDay')[slot] ?? day;
    this.#seasonal.learnDay(slot, day, total[slot] ?? 0, (day - first) / 7);
    const empty = today - day - 1;
    if (empty <= LONG_WEEKEND) {
      for (let at = day + 1; at < today; at += 1) this.#seasonal.learnDay(slot, at, 0, (at - first) / 7);
    }
    if (this.#rows.column('beyondDay')[slot] !== day) this.endedHeight = decode(most[slot]);
    total[slot] = 0;
    most[slot] = 0;
  }
}
