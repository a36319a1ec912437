import { weekdayOf } from './hours.ts';
import type { ColumnType } from './key-table.ts';
import { ditherOf } from './log-code.ts';
import type { Rows } from './seasonal.ts';
import { decodeShare, encodeShare } from './share-code.ts';

const hourNames = Array.from({ length: 24 }, (_, hour) => `hour${hour}`);
const weekdayNames = Array.from({ length: 7 }, (_, day) => `weekday${day}`);

/** 32 bytes a row. */
export const activeHourColumns: Record<string, ColumnType> = {
  ...Object.fromEntries([...hourNames, ...weekdayNames].map((name) => [name, 'u8'] as const)),
  /** Active days, up to 255. */
  active: 'u8',
};

/** Days, and weeks, that a share speaks for: what is older counts less and less (half-lives 28 days, 6 weeks). */
const DAYS = 40;
const WEEKS = 8;

/**
 * On which share of its active days something is active in each hour of the day, and in which share of weeks on each weekday: running
 * means in rows of a table, one byte a share.
 */
export class ActiveHours {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  activeDays(slot: number): number {
    return this.#rows.column('active')[slot] ?? 0;
  }

  /** @param hour of day, any whole number */
  hour(slot: number, hour: number): number {
    return decodeShare(this.#rows.column(hourNames[(hour + 24) % 24] ?? '')[slot]);
  }

  /** @param weekday 0 is Monday */
  weekday(slot: number, weekday: number): number {
    return decodeShare(this.#rows.column(weekdayNames[weekday] ?? '')[slot]);
  }

  /**
   * A day is over. @param mask bit h is set where hour h was active; 0 on a day without anything, which says nothing about hours
   * @param weeks that the row is known
   */
  learn(slot: number, day: number, mask: number, weeks: number): void {
    const weekday = weekdayNames[weekdayOf(day)] ?? '';
    this.#toward(slot, weekday, mask === 0 ? 0 : 1, 1 / Math.min(Math.floor(weeks) + 1, WEEKS), day);
    if (mask === 0) return;
    const days = this.activeDays(slot);
    const gain = 1 / Math.min(days + 1, DAYS);
    for (let hour = 0; hour < 24; hour += 1) {
      this.#toward(slot, hourNames[hour] ?? '', (mask >>> hour) & 1, gain, day * 24 + hour);
    }
    this.#rows.column('active')[slot] = Math.min(255, days + 1);
  }

  #toward(slot: number, name: string, value: number, gain: number, salt: number): void {
    const column = this.#rows.column(name);
    const share = decodeShare(column[slot]);
    column[slot] = encodeShare(share + gain * (value - share), ditherOf(salt, slot));
  }
}
