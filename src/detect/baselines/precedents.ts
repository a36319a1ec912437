import { dayOf, HOUR } from './hours.ts';
import type { ColumnType } from './key-table.ts';
import { decode, encode } from './log-code.ts';
import type { Rows } from './seasonal.ts';

const KEPT = 4;
const places = Array.from({ length: KEPT }, (_, place) => [`peakDay${place}`, `peak${place}`] as const);

/** 12 bytes a series. */
export const precedentColumns: Record<string, ColumnType> = Object.fromEntries(
  places.flatMap(([day, peak]) => [[day, 'u16'] as const, [peak, 'u8'] as const]),
);

/** Days for which a day out of the ordinary is a precedent: three month-ends. */
const REMEMBERED = 100;
/** A peak that reached nearly as far is a precedent. */
const NEARLY = 0.8;

/**
 * The last four days on which a series did far more than its rhythm led one to expect, with the most it did in an hour: what has
 * happened on two such days, or one at the same place of the week or month, is no surprise. A day counts once however much came on it.
 */
export class Precedents {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** Earlier days on which at least about that much came in an hour; one that recurs by the calendar counts as two. */
  count(slot: number, day: number, count: number): number {
    let found = 0;
    for (const [dayName, peakName] of places) {
      const when = this.#rows.column(dayName)[slot] ?? 0;
      if (when === 0 || when >= day || day - when > REMEMBERED) continue;
      if (decode(this.#rows.column(peakName)[slot]) < NEARLY * count) continue;
      found += recurs(when, day) ? 2 : 1;
    }
    return found;
  }

  /** Takes the place of the oldest, where the day has none yet. */
  note(slot: number, day: number, count: number): void {
    let oldest = places[0];
    for (const place of places) {
      const when = this.#rows.column(place[0])[slot] ?? 0;
      if (when === day) {
        oldest = place;
        break;
      }
      if (oldest === undefined || when < (this.#rows.column(oldest[0])[slot] ?? 0)) oldest = place;
    }
    if (oldest === undefined) return;
    const [dayName, peakName] = oldest;
    const before = this.#rows.column(dayName)[slot] === day ? (this.#rows.column(peakName)[slot] ?? 0) : 0;
    this.#rows.column(dayName)[slot] = day;
    this.#rows.column(peakName)[slot] = Math.max(before, encode(count, 0));
  }

  /** Days in that time are no precedents any more. @param from epoch ms, as `to` */
  forget(slot: number, from: number, to: number): void {
    for (const [dayName, peakName] of places) {
      const when = this.#rows.column(dayName)[slot] ?? 0;
      if (when < dayOf(from / HOUR) || when > dayOf(to / HOUR)) continue;
      this.#rows.column(dayName)[slot] = 0;
      this.#rows.column(peakName)[slot] = 0;
    }
  }
}

/** The same weekday of one of the last five weeks, or the same place in a month, from its beginning or its end. */
function recurs(before: number, day: number): boolean {
  if ((day - before) % 7 === 0 && day - before <= 35) return true;
  if (day - before < 27) return false;
  const [then, now] = [new Date(before * 24 * HOUR), new Date(day * 24 * HOUR)];
  return Math.abs(then.getUTCDate() - now.getUTCDate()) <= 1 || Math.abs(leftOfMonth(then) - leftOfMonth(now)) <= 2;
}

function leftOfMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate() - date.getUTCDate();
}
