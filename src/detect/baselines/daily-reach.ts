import type { KeyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import { studentTail } from './tails.ts';

/** Days whose mean a new day moves as the last of: a half-life of 30. */
const MEMORY = 43;
/** Days after which the highest days no longer count: two ends of a month and a little. */
const HIGHEST = 75;
/** Natural logarithms: the least spread of daily maxima that is believed, and the most that one day moves them (7 times). */
const SPREAD = 0.35;
const CLIP = 2;
const MOST = 65_535;
/** Days at the peers' share that an entity's own days are weighed against. */
const PRIOR = 2;

/** Of one entity and measure: how many it reached in an hour at most, day by day. */
export interface Reach {
  /** Days with any. */
  readonly days: number;
  /** Geometric mean of the daily maxima. */
  readonly usual: number;
  readonly highest: number;
}

/**
 * Daily maxima of a count, by entity: mean and spread of their logarithms, exponentially weighted (Finch 2009), and the two highest days.
 * One day moves a mean by 2 in the logarithm at most, however far it went; a level counts as known when two days have reached it.
 */
export class DailyReach {
  readonly #rows = new KeyTable(
    {
      mean: 'f32',
      variance: 'f32',
      days: 'u16',
      highest: 'u16',
      highestDay: 'u16',
      second: 'u16',
      secondDay: 'u16',
      hour: 'u32',
      now: 'u16',
      day: 'u16',
      most: 'u16',
      spoken: 'u16',
    },
    734_000,
  );

  /** One more reached in that hour (hours since the epoch); undefined where the hour is past. The slot holds good until the next call. */
  reached(key: KeyHash, hour: number): { slot: number; now: number; before: number } | undefined {
    const day = Math.floor(hour / 24);
    const slot = this.#rows.take(key, day);
    const rows = this.#rows;
    const [hours, now, days, most] = [rows.column('hour'), rows.column('now'), rows.column('day'), rows.column('most')];
    if (hour < (hours[slot] ?? 0)) return undefined;
    if (hours[slot] !== hour) {
      hours[slot] = hour;
      now[slot] = 0;
    }
    if (days[slot] !== day) {
      this.#fold(slot);
      days[slot] = day;
      most[slot] = 0;
    }
    const count = Math.min(MOST, (now[slot] ?? 0) + 1);
    now[slot] = count;
    const before = most[slot] ?? 0;
    if (count > before) most[slot] = count;
    return { slot, now: count, before };
  }

  find(key: KeyHash): number {
    return this.#rows.find(key);
  }

  /** Before today. */
  of(slot: number): Reach {
    const rows = this.#rows;
    return {
      days: rows.column('days')[slot] ?? 0,
      usual: Math.exp(rows.column('mean')[slot] ?? 0),
      highest: rows.column('highest')[slot] ?? 0,
    };
  }

  /** How far today has gone. */
  today(slot: number): { day: number; most: number } {
    return { day: this.#rows.column('day')[slot] ?? 0, most: this.#rows.column('most')[slot] ?? 0 };
  }

  /**
   * How often a day would reach as much: the larger of the tail of Student's t under its own mean and spread, and of its own days that
   * did, shrunk toward the share of its peers' days that do.
   */
  p(slot: number, count: number, day: number, peers: number): number {
    const rows = this.#rows;
    const days = rows.column('days')[slot] ?? 0;
    const counts = (of: 'highest' | 'second', on: 'highestDay' | 'secondDay') =>
      count <= (rows.column(of)[slot] ?? 0) && day - (rows.column(on)[slot] ?? 0) <= HIGHEST ? 1 : 0;
    const reached = counts('highest', 'highestDay') + counts('second', 'secondDay');
    const known = Math.min(days, MEMORY);
    const rank = ((reached === 2 ? 2 : 0) + PRIOR * peers) / (known + PRIOR);
    if (known < 3) return rank;
    const spread = Math.sqrt((rows.column('variance')[slot] ?? 0) + SPREAD ** 2) * Math.sqrt(1 + 1 / known);
    return Math.max(rank, studentTail((Math.log(count) - (rows.column('mean')[slot] ?? 0)) / spread, known - 1));
  }

  /** Whether the count is far enough out for a closer look: above what about one day in twenty reaches. */
  isHigh(slot: number, count: number): boolean {
    const rows = this.#rows;
    const spread = Math.sqrt((rows.column('variance')[slot] ?? 0) + SPREAD ** 2);
    return Math.log(count) > (rows.column('mean')[slot] ?? 0) + 1.6 * spread;
  }

  /** True once a day. */
  speaks(slot: number, day: number): boolean {
    const spoken = this.#rows.column('spoken');
    if (spoken[slot] === day) return false;
    spoken[slot] = day;
    return true;
  }

  /** Forgets the days from `first` to `last` as far as they are still apart; how far today had gone where it is one of them. */
  unlearn(slot: number, first: number, last: number): { day: number; most: number } | undefined {
    const rows = this.#rows;
    const isIn = (day: number | undefined) => day !== undefined && day >= first && day <= last;
    if (isIn(rows.column('secondDay')[slot])) rows.column('second')[slot] = 0;
    if (isIn(rows.column('highestDay')[slot])) {
      rows.column('highest')[slot] = rows.column('second')[slot] ?? 0;
      rows.column('highestDay')[slot] = rows.column('secondDay')[slot] ?? 0;
      rows.column('second')[slot] = 0;
    }
    if (!isIn(rows.column('day')[slot])) return undefined;
    const today = this.today(slot);
    rows.column('most')[slot] = 0;
    return today;
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  pages(): Iterable<readonly [string, Uint8Array]> {
    return this.#rows.pages('reach');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#rows.restore('reach', pages);
  }

  #fold(slot: number): void {
    const rows = this.#rows;
    const [most, day] = [rows.column('most')[slot] ?? 0, rows.column('day')[slot] ?? 0];
    if (most === 0) return;
    const [mean, variance, days] = [rows.column('mean'), rows.column('variance'), rows.column('days')];
    const before = days[slot] ?? 0;
    const far = Math.log(most) - (mean[slot] ?? 0);
    const difference = before === 0 ? far : Math.max(-CLIP, Math.min(CLIP, far));
    const step = difference / Math.min(MEMORY, before + 1);
    mean[slot] = (mean[slot] ?? 0) + step;
    variance[slot] =
      before === 0 ? 0 : (1 - 1 / Math.min(MEMORY, before + 1)) * ((variance[slot] ?? 0) + difference * step);
    days[slot] = Math.min(MOST, before + 1);
    const [highest, highestDay] = [rows.column('highest'), rows.column('highestDay')];
    const [second, secondDay] = [rows.column('second'), rows.column('secondDay')];
    if (most >= (highest[slot] ?? 0) || day - (highestDay[slot] ?? 0) > HIGHEST) {
      second[slot] = highest[slot] ?? 0;
      secondDay[slot] = highestDay[slot] ?? 0;
      highest[slot] = most;
      highestDay[slot] = day;
    } else if (most >= (second[slot] ?? 0) || day - (secondDay[slot] ?? 0) > HIGHEST) {
      second[slot] = most;
      secondDay[slot] = day;
    }
  }
}
