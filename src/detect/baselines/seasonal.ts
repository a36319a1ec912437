import { countTail } from './count-tail.ts';
import { dayOf, weekdayOf } from './hours.ts';
import type { ColumnType, KeyTable } from './key-table.ts';
import { decode, ditherOf, encode } from './log-code.ts';

export type Rows = KeyTable<Record<string, ColumnType>>;

const hourNames = Array.from({ length: 24 }, (_, hour) => `hour${hour}`);
const weekdayNames = Array.from({ length: 7 }, (_, day) => `weekday${day}`);

/** 41 bytes a series, where the 168 hours of a week with mean and spread would be 1,344. */
export const seasonalColumns: Record<string, ColumnType> = {
  ...Object.fromEntries([...hourNames, ...weekdayNames].map((name) => [name, 'u8'] as const)),
  /** Days learned from, up to 255. */
  learned: 'u8',
  spreadOf: 'f32',
  spreadBy: 'f32',
};

/** Days, and weeks, that a mean speaks for: what is older counts less and less (half-life 14 days, 6 weeks). */
const DAYS = 20;
const WEEKS = 8;
/** Weeks' worth of belief that a day is like any other. */
const LIKE_ANY = 2;
/** Days' worth of belief that an hour is like the others, and that the spread is the usual one. */
const LIKE_OTHERS = 0.5;
const LIKE_USUAL = 2;
/** Nobody's hours are known to better than about 40 %: 1 / sqrt(0.15) is the spread's coefficient of variation turned over. */
const LEAST_SPREAD = 0.15;
const MOST_SPREAD = 50;
const USUAL_SPREAD = 0.5;
/** An hour counts as no more than this many standard deviations above what was expected. */
const CLIP = 4;
const BUSIEST_DAY = 4;

/** What an hour should bring. */
export interface Expected {
  readonly mean: number;
  /** Var X = mean + spread * mean^2. */
  readonly spread: number;
}

/**
 * How much a series does in an hour: 24 means by hour of day times 7 factors by weekday (multiplicative double seasonality: Taylor 2003,
 * J. Oper. Res. Soc. 54), both running means, an hour shrunk toward the series' other hours and a weekday toward 1 while few were seen.
 * Spread by the method of moments with residuals cut off (Huber), shrunk toward 0.5. Lives in rows of a table, one byte a mean.
 */
export class Seasonal {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** A new row: every weekday like any other. */
  begin(slot: number): void {
    for (const name of weekdayNames) this.#rows.column(name)[slot] = encode(1, 0);
  }

  learnedDays(slot: number): number {
    return this.#rows.column('learned')[slot] ?? 0;
  }

  /** @param hour hours since the epoch */
  expected(slot: number, hour: number): Expected {
    const days = this.learnedDays(slot);
    const at = hour % 24;
    const here = this.#hourly(slot, at);
    // What comes daily does not come on the minute: a neighbour's peak may be a little early or late.
    const around = (this.#hourly(slot, (at + 23) % 24) + 2 * here + this.#hourly(slot, (at + 1) % 24)) / 4;
    const others = this.#daily(slot) / 24;
    const usual = (days * Math.max(here, around) + LIKE_OTHERS * others) / (days + LIKE_OTHERS);
    const factor = this.#weekdayFactor(slot, dayOf(hour));
    // A day with less to do may have it at any hour: nights are not quieter for being a Sunday's.
    const even = Math.min(usual, factor * others);
    const mean = Math.max(usual * factor, even, usual * 0.02, 0.25 / (days + 1));
    const spread = this.#spread(slot, days);
    // The mean is itself an estimate from so many days: its variance adds to that of the count (posterior predictive).
    return { mean, spread: spread + (spread + 1 / mean) / Math.max(1, Math.min(days, DAYS)) };
  }

  /** The chance of at least so many in an hour. */
  tail(count: number, { mean, spread }: Expected): number {
    return countTail(count, mean, spread);
  }

  /** An hour that is over; returns the count as it was taken in, which is less where it was out of all proportion. */
  learnHour(slot: number, hour: number, count: number): number {
    const days = this.learnedDays(slot);
    const at = hour % 24;
    const factor = this.#weekdayFactor(slot, dayOf(hour));
    const hourly = this.#hourly(slot, at);
    const mean = factor * hourly;
    const spread = this.#spread(slot, days);
    const taken = days === 0 ? count : Math.min(count, CLIP + mean + CLIP * Math.sqrt(mean + spread * mean * mean));
    const gain = Math.max(1 / (days + 1), 1 / DAYS) / Math.max(1, factor);
    const learned = Math.max(0, hourly + gain * (taken - mean));
    this.#rows.column(hourNames[at] ?? '')[slot] = encode(learned, ditherOf(hour, slot));
    if (days > 0) this.#learnSpread(slot, taken, mean);
    return taken;
  }

  /** A day that is over. @param total its counts as they were taken in @param week weeks that the series is known */
  learnDay(slot: number, day: number, total: number, week: number): void {
    const rows = this.#rows;
    const daily = this.#daily(slot);
    if (daily > 0) {
      const factor = this.#weekdayFactor(slot, day);
      const ratio = Math.min(BUSIEST_DAY, total / daily);
      const gain = 1 / Math.min(week + 1 + LIKE_ANY, WEEKS);
      const name = weekdayNames[weekdayOf(day)] ?? '';
      rows.column(name)[slot] = encode(factor + gain * (ratio - factor), ditherOf(day, ~slot));
    }
    if (total > 0) rows.column('learned')[slot] = Math.min(255, this.learnedDays(slot) + 1);
  }

  #learnSpread(slot: number, count: number, mean: number): void {
    const of = this.#rows.column('spreadOf');
    const by = this.#rows.column('spreadBy');
    const gain = 1 / (24 * DAYS);
    of[slot] = (of[slot] ?? 0) + gain * ((count - mean) ** 2 - mean - (of[slot] ?? 0));
    by[slot] = (by[slot] ?? 0) + gain * (mean * mean - (by[slot] ?? 0));
  }

  #spread(slot: number, days: number): number {
    const by = this.#rows.column('spreadBy')[slot] ?? 0;
    const own = by > 0 ? (this.#rows.column('spreadOf')[slot] ?? 0) / by : USUAL_SPREAD;
    const spread = (days * own + LIKE_USUAL * USUAL_SPREAD) / (days + LIKE_USUAL);
    return Math.min(MOST_SPREAD, Math.max(LEAST_SPREAD, spread));
  }

  #hourly(slot: number, at: number): number {
    return decode(this.#rows.column(hourNames[at] ?? '')[slot]);
  }

  #daily(slot: number): number {
    let sum = 0;
    for (const name of hourNames) sum += decode(this.#rows.column(name)[slot]);
    return sum;
  }

  #weekdayFactor(slot: number, day: number): number {
    return decode(this.#rows.column(weekdayNames[weekdayOf(day)] ?? '')[slot]);
  }
}
