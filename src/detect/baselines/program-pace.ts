import { type KeyHash, keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';

const HALF_LIFE_DAYS = 60;
/** Days of the tenant's pace that a program's own days are weighed against. */
const SHRINK_DAYS = 3;
/** How a program stands on a day. */
export interface Pace {
  /** New things a day, expected. */
  readonly aDay: number;
  /** Days since the program was first seen in the tenant. */
  readonly days: number;
}

/** How many new things a program shows a day: decayed counts, shrunk toward the tenant's programs (as a gamma prior of three days). */
export class ProgramPace {
  readonly #seed: number;
  readonly #programs: KeyTable<{ first: 'u16'; last: 'u16'; days: 'f32'; news: 'f32' }>;

  constructor(seed: number, limit: number) {
    this.#seed = seed;
    this.#programs = new KeyTable({ first: 'u16', last: 'u16', days: 'f32', news: 'f32' }, limit);
  }

  get bytes(): number {
    return this.#programs.bytes;
  }

  /** The program ran on that day; the first `youngDays` of it are not counted. */
  ran(tenant: string, program: KeyHash, day: number, youngDays: number): Pace {
    // In this order: a key made may move slots, and the program's is looked up after both.
    const own = this.#turn(program, day);
    const all = this.#turn({ ...keyHash(this.#seed, tenant) }, day);
    const [first, days, news] = [
      this.#programs.column('first'),
      this.#programs.column('days'),
      this.#programs.column('news'),
    ];
    const slot = this.#programs.find(program);
    const age = day - (first[slot] ?? day);
    if (own.isNewDay && age >= youngDays) {
      days[slot] = (days[slot] ?? 0) + 1;
      // The tenant's days are program-days: one for each program that runs on one.
      days[all.slot] = (days[all.slot] ?? 0) + 1;
    }
    const rate = Math.min(1, ((news[all.slot] ?? 0) + 0.5) / ((days[all.slot] ?? 0) + 1));
    // Today itself is not the past.
    const past = Math.max(0, (days[slot] ?? 0) - 1);
    return { aDay: ((news[slot] ?? 0) + SHRINK_DAYS * rate) / (past + SHRINK_DAYS), days: age };
  }

  /** It showed something new. */
  news(tenant: string, program: KeyHash): void {
    const [slot, home] = [this.#programs.find(program), this.#programs.find(keyHash(this.#seed, tenant))];
    if (slot === -1 || home === -1) return;
    const news = this.#programs.column('news');
    news[slot] = (news[slot] ?? 0) + 1;
    // As in `NoveltyRate`: programs that always show something new say little of the others.
    news[home] = (news[home] ?? 0) + 1 / Math.sqrt(news[slot] ?? 1);
  }

  pages(prefix: string): Iterable<readonly [string, Uint8Array]> {
    return this.#programs.pages(prefix);
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    this.#programs.restore(prefix, pages);
  }

  #turn(key: KeyHash, day: number): { slot: number; isNewDay: boolean } {
    const slot = this.#programs.take(key, day);
    const [first, last] = [this.#programs.column('first'), this.#programs.column('last')];
    const before = last[slot] ?? 0;
    if (before === 0) first[slot] = day;
    if (day <= before) return { slot, isNewDay: false };
    last[slot] = day;
    const kept = before === 0 ? 0 : 0.5 ** ((day - before) / HALF_LIFE_DAYS);
    for (const name of ['days', 'news'] as const) {
      const column = this.#programs.column(name);
      column[slot] = (column[slot] ?? 0) * kept;
    }
    return { slot, isNewDay: true };
  }
}
