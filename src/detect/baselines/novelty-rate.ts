import type { KeyHash } from './key-hash.ts';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';

const HALF_LIFE_DAYS = 60;
/** Days of the tenant's rate that an entity's own days are weighed against. */
const SHRINK_DAYS = 3;
/** How new: 1 the least, 3 the most. */
export type Reach = 1 | 2 | 3;
const REACHES = ['reach1', 'reach2', 'reach3'] as const;
type ReachColumns = Record<(typeof REACHES)[number], 'f64'>;

/**
 * How often something new happens, by frequency: the share of an entity's days on which it did (as Good and Turing estimate the chance of an
 * unseen species by how often species were new), shrunk toward the tenant's share as though three of its days were the entity's (a
 * beta prior), times the share of the tenant's new things that were at least as new. Days count half after 60. An entity that is always
 * somewhere new (it travels, it scans) thereby has its own high rate, and its news are no surprise. In the tenant's share an entity's
 * n-th day of news counts 1/√n: those few who make most of the news say little of all others.
 */
export class NoveltyRate {
  readonly #seed: number;
  readonly #entities: KeyTable<{ days: 'f32'; news: 'f32'; newsDay: 'u16'; reach: 'u8'; last: 'u16' }>;
  readonly #tenants: KeyTable<{ days: 'f64'; last: 'u16' } & ReachColumns>;

  constructor(seed: number, entities: number) {
    this.#seed = seed;
    this.#entities = new KeyTable({ days: 'f32', news: 'f32', newsDay: 'u16', reach: 'u8', last: 'u16' }, entities);
    this.#tenants = new KeyTable({ days: 'f64', last: 'u16', reach1: 'f64', reach2: 'f64', reach3: 'f64' }, 4096);
  }

  get bytes(): number {
    return this.#entities.bytes + this.#tenants.bytes;
  }

  /** The entity was seen on that day; more often on one day is once. */
  day(tenant: string, entity: KeyHash, day: number): void {
    const home = this.#home(tenant, day);
    const slot = this.#entities.take(entity, day);
    const { days, news, last } = this.#own();
    const before = last[slot] ?? 0;
    if (day <= before) return;
    const kept = before === 0 ? 0 : 0.5 ** ((day - before) / HALF_LIFE_DAYS);
    days[slot] = (days[slot] ?? 0) * kept + 1;
    news[slot] = (news[slot] ?? 0) * kept;
    last[slot] = day;
    const tenantDays = this.#tenants.column('days');
    tenantDays[home] = (tenantDays[home] ?? 0) + 1;
  }

  /** Something new of that reach; how likely such a day was before it. */
  news(tenant: string, entity: KeyHash, day: number, reach: Reach): { p: number; newDays: number } {
    const home = this.#home(tenant, day);
    const slot = this.#entities.take(entity, day);
    const { days, news, newsDay, highest } = this.#own();
    const isFirst = newsDay[slot] !== day;
    // Today itself, and what it brought already, are not the past.
    const ownDays = Math.max(0, (days[slot] ?? 0) - 1);
    const ownNews = Math.max(0, (news[slot] ?? 0) - (isFirst ? 0 : 1));
    const p = this.#share(home, reach, ownDays, ownNews);
    for (let from = isFirst ? 1 : (highest[slot] ?? 0) + 1; from <= reach; from += 1)
      this.#count(home, from, 1 / Math.sqrt(1 + ownNews));
    if (isFirst) {
      news[slot] = (news[slot] ?? 0) + 1;
      newsDay[slot] = day;
      highest[slot] = reach;
    } else highest[slot] = Math.max(highest[slot] ?? 0, reach);
    return { p, newDays: ownNews };
  }

  /** A day of it is taken back where its news lie between two days. */
  unlearn(tenant: string, entity: KeyHash, from: number, to: number): void {
    const slot = this.#entities.find(entity);
    if (slot === -1) return;
    const { news, newsDay, highest } = this.#own();
    const day = newsDay[slot] ?? 0;
    if (day < from || day > to) return;
    const left = Math.max(0, (news[slot] ?? 0) - 1);
    news[slot] = left;
    newsDay[slot] = 0;
    const home = this.#tenants.find(keyHash(this.#seed, tenant));
    if (home === -1) return;
    for (let reach = 1; reach <= (highest[slot] ?? 0); reach += 1) this.#count(home, reach, -1 / Math.sqrt(1 + left));
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    yield* this.#entities.pages(`${prefix}entities`);
    yield* this.#tenants.pages(`${prefix}tenants`);
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    this.#entities.restore(`${prefix}entities`, pages);
    this.#tenants.restore(`${prefix}tenants`, pages);
  }

  #own() {
    return {
      days: this.#entities.column('days'),
      news: this.#entities.column('news'),
      newsDay: this.#entities.column('newsDay'),
      highest: this.#entities.column('reach'),
      last: this.#entities.column('last'),
    };
  }

  #share(home: number, reach: number, ownDays: number, ownNews: number): number {
    const all = this.#tenants.column('reach1')[home] ?? 0;
    const asNew = this.#tenants.column(REACHES[reach - 1] ?? 'reach3')[home] ?? 0;
    const rate = (all + 0.5) / ((this.#tenants.column('days')[home] ?? 0) + 1);
    const own = (ownNews + SHRINK_DAYS * Math.min(1, rate)) / (ownDays + SHRINK_DAYS);
    return Math.min(1, Math.max(Number.MIN_VALUE, (own * (asNew + 0.5)) / (all + 1)));
  }

  #count(home: number, reach: number, by: number): void {
    const column = this.#tenants.column(REACHES[reach - 1] ?? 'reach3');
    column[home] = Math.max(0, (column[home] ?? 0) + by);
  }

  /** The tenant's slot, its counts aged to that day. */
  #home(tenant: string, day: number): number {
    const home = this.#tenants.take(keyHash(this.#seed, tenant), day);
    const last = this.#tenants.column('last');
    const before = last[home] ?? 0;
    if (day <= before) return home;
    last[home] = day;
    if (before === 0) return home;
    const kept = 0.5 ** ((day - before) / HALF_LIFE_DAYS);
    for (const name of ['days', ...REACHES] as const) {
      const column = this.#tenants.column(name);
      column[home] = (column[home] ?? 0) * kept;
    }
    return home;
  }
}
