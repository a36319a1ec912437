import { weightOf } from './fading.ts';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';

const SEED = 0x7064;
/** Half octaves up to 65,535. */
const BINS = 32;
/** Of those of today so many must have reached as much before it counts as something that befell all. */
const MANY_TODAY = 3;

function binOf(count: number): number {
  return Math.min(BINS - 1, Math.floor(2 * Math.log2(Math.max(1, count))));
}

export interface Peers {
  /** How often a peer's day reached so much: the mean of a posterior with Jeffreys' half, or the share of today's where many did. */
  readonly share: number;
  /** Days of peers, faded, and those of them that reached as much. */
  readonly days: number;
  readonly reached: number;
}

/**
 * How far the days of all went, by group (a tenant's entities under one measure): a histogram of daily maxima in half octaves,
 * faded with a half-life of 30 days, and that of today apart. An entity's day is in it once, as far as it has gone.
 */
export class PeerDays {
  readonly #bins = new KeyTable({ weight: 'f64', today: 'u32', day: 'u16' }, 183_000);

  /** An entity's day went from `before` (0 where it begins) to `now`. */
  went(tenant: string, measure: string, day: number, before: number, now: number): void {
    if (before > 0 && binOf(before) === binOf(now)) return;
    if (before > 0) this.#add(tenant, measure, day, binOf(before), -1);
    if (now > 0) this.#add(tenant, measure, day, binOf(now), 1);
  }

  /**
   * How often others reach `count`; `own` is how far the one asked about has gone today, which is left out. Beyond what any reached, the
   * half that Jeffreys' prior grants falls as slowly as counts are known to: a Pareto tail of exponent 1.
   */
  reach(tenant: string, measure: string, day: number, count: number, own: number): Peers {
    const weight = weightOf(day);
    let [all, reached, allToday, reachedToday] = [own > 0 ? -1 : 0, 0, own > 0 ? -1 : 0, 0];
    let highest = 0;
    if (own > 0 && binOf(own) >= binOf(count)) reached = reachedToday = -1;
    for (let bin = 0; bin < BINS; bin += 1) {
      const slot = this.#bins.find(keyHash(SEED, tenant, measure, String(bin)));
      if (slot === -1) continue;
      const sum = (this.#bins.column('weight')[slot] ?? 0) / weight;
      const today = this.#bins.column('day')[slot] === day ? (this.#bins.column('today')[slot] ?? 0) : 0;
      all += sum;
      if (sum - (own > 0 && binOf(own) === bin ? 1 : 0) > 0.01) highest = bin;
      allToday += today;
      if (bin < binOf(count)) continue;
      reached += sum;
      reachedToday += today;
    }
    const beyond = highest >= binOf(count) ? 1 : 2 ** ((highest + 1 - binOf(count)) / 2);
    const share = (Math.max(0, reached) + 0.5 * beyond) / (Math.max(0, all) + 1);
    const shareToday = reachedToday >= MANY_TODAY ? reachedToday / (allToday + 1) : 0;
    return { share: Math.max(share, shareToday), days: Math.max(0, all), reached: Math.max(0, reached) };
  }

  get bytes(): number {
    return this.#bins.bytes;
  }

  pages(): Iterable<readonly [string, Uint8Array]> {
    return this.#bins.pages('peers');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#bins.restore('peers', pages);
  }

  #add(tenant: string, measure: string, day: number, bin: number, sign: 1 | -1): void {
    const slot = this.#bins.take(keyHash(SEED, tenant, measure, String(bin)), day);
    const [weight, today, days] = [this.#bins.column('weight'), this.#bins.column('today'), this.#bins.column('day')];
    weight[slot] = Math.max(0, (weight[slot] ?? 0) + sign * weightOf(day));
    if (days[slot] !== day) {
      if (day < (days[slot] ?? 0)) return;
      days[slot] = day;
      today[slot] = 0;
    }
    today[slot] = Math.max(0, (today[slot] ?? 0) + sign);
  }
}
