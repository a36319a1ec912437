import type { KeyHash } from './key-hash.ts';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import { NoveltyRate, type Reach } from './novelty-rate.ts';

export const DAY_MS = 86_400_000;
/** A habit that rested longer is a new one again. */
const FORGET_DAYS = 90;
/** As many others who begin with the same thing within a week, and are most of all who do it, are a rollout. */
const ROLLOUT = 5;
/** What more of them than this share do already surprises in nobody. */
const COMMON = 0.1;
/** Said of one entity in one day, at most. */
const SAID_A_DAY = 5;
const WEEK = 7;

/** A thing that somebody grown did for the first time. */
export interface Novelty {
  /** Share of days of such an entity on which something at least as new as this happens, by the tenant's past: see `NoveltyRate`. */
  readonly p: number;
  /** 1: few others do it, 2: hardly anybody else, 3: nobody ever did. */
  readonly reach: Reach;
  /** Whole days since the entity was first seen, and days on which it was. */
  readonly days: number;
  readonly activeDays: number;
  /** Others who have done it; of how many known. */
  readonly others: number;
  readonly known: number;
  /** Days with anything new among those the entity was seen on, the older counting less. */
  readonly newDays: number;
}

/** Those whose doing counts as usual for the entity: its peers instead of the whole tenant. */
export interface Company {
  readonly doing: number;
  readonly members: number;
}

export interface HabitLimits {
  readonly pairs: number;
  readonly entities: number;
  readonly things: number;
  /** Days an entity is watched before it can surprise; also days it must have been active on, at most 5. */
  readonly youngDays: number;
}

/**
 * Who does what for the first time. One entity counts once a day, whatever it does that day, so a flood moves nothing that a day of
 * quiet habit would not. Bounded tables by hash; names are not kept.
 */
export class Habits {
  readonly #seed: number;
  readonly #youngDays: number;
  readonly #pairs: KeyTable<{ owner: 'u32'; thingHigh: 'u32'; thingLow: 'u32'; first: 'u16' }>;
  readonly #entities: KeyTable<{ first: 'u16'; active: 'u16'; saidDay: 'u16'; said: 'u8' }>;
  readonly #things: KeyTable<{ doers: 'u32'; week: 'u16'; recent: 'u16' }>;
  readonly #tenants: KeyTable<{ first: 'u16'; entities: 'u32' }>;
  readonly #rate: NoveltyRate;

  constructor(seed: number, { pairs, entities, things, youngDays }: HabitLimits) {
    this.#seed = seed;
    this.#youngDays = youngDays;
    this.#pairs = new KeyTable({ owner: 'u32', thingHigh: 'u32', thingLow: 'u32', first: 'u16' }, pairs);
    this.#entities = new KeyTable({ first: 'u16', active: 'u16', saidDay: 'u16', said: 'u8' }, entities);
    this.#things = new KeyTable({ doers: 'u32', week: 'u16', recent: 'u16' }, things);
    this.#tenants = new KeyTable({ first: 'u16', entities: 'u32' }, 4096);
    this.#rate = new NoveltyRate(seed, entities);
  }

  get bytes(): number {
    return this.#pairs.bytes + this.#entities.bytes + this.#things.bytes + this.#tenants.bytes + this.#rate.bytes;
  }

  /**
   * Takes in that `who` did `what` (event time `at`, epoch ms); answers what is new about it, or nothing where it is usual, common, or
   * too early to say. With `company`, its doers are the others, not the tenant's.
   */
  see(tenant: string, who: string, what: string, at: number, company?: Company): Novelty | undefined {
    const day = Math.max(1, Math.floor(at / DAY_MS));
    const home = this.#tenants.take(keyHash(this.#seed, tenant), day);
    if (this.#tenants.isNew) this.#tenants.column('first')[home] = day;
    const entity = { ...keyHash(this.#seed, tenant, who) };
    const isGrown = this.#grow(entity, day, home);
    if (isGrown) this.#rate.day(tenant, entity, day);
    const thing = { ...keyHash(this.#seed, tenant, 'thing', what) };
    const before = this.#habit(keyHash(this.#seed, tenant, who, what), entity, thing, day);
    if (before === 'usual') return undefined;
    const { others, isRollout } = this.#begin(thing, day, before === 'forgotten');
    if (!isGrown) return undefined;
    const known = this.#tenants.column('entities')[home] ?? 0;
    const reach = reachOf(company?.doing ?? others, company?.members ?? known, isRollout);
    if (reach === 0) return undefined;
    const rate = this.#rate.news(tenant, entity, day, reach);
    if (!this.#maySay(entity, day)) return undefined;
    const slot = this.#entities.find(entity);
    return {
      p: rate.p,
      reach,
      days: day - (this.#entities.column('first')[slot] ?? day),
      activeDays: this.#entities.column('active')[slot] ?? 0,
      others,
      known,
      newDays: rate.newDays,
    };
  }

  /** Whether a thing, by now, is what five and most of its doers began within a week. */
  isRollout(tenant: string, what: string, at: number): boolean {
    const slot = this.#things.find(keyHash(this.#seed, tenant, 'thing', what));
    if (slot === -1) return false;
    const began = this.#things.column('recent')[slot] ?? 0;
    const isRecent = Math.floor(at / DAY_MS) - (this.#things.column('week')[slot] ?? 0) < WEEK;
    return isRecent && began >= ROLLOUT && 2 * began >= (this.#things.column('doers')[slot] ?? 0);
  }

  /** What an entity began between two times is new again. */
  unlearn(tenant: string, who: string, from: number, to: number): void {
    const entity = { ...keyHash(this.#seed, tenant, who) };
    const [first, last] = [Math.floor(from / DAY_MS), Math.floor(to / DAY_MS)];
    for (const slot of this.#pairs.slots()) {
      const began = this.#pairs.column('first')[slot] ?? 0;
      if (this.#pairs.column('owner')[slot] !== entity.low || began < first || began > last) continue;
      this.#pairs.column('first')[slot] = 0;
      const high = this.#pairs.column('thingHigh')[slot] ?? 0;
      const thing = this.#things.find({ high, low: this.#pairs.column('thingLow')[slot] ?? 0 });
      const doers = this.#things.column('doers');
      if (thing !== -1) doers[thing] = Math.max(0, (doers[thing] ?? 0) - 1);
    }
    this.#rate.unlearn(tenant, entity, first, last);
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    yield* this.#pairs.pages(`${prefix}pairs`);
    yield* this.#entities.pages(`${prefix}entities`);
    yield* this.#things.pages(`${prefix}things`);
    yield* this.#tenants.pages(`${prefix}tenants`);
    yield* this.#rate.pages(`${prefix}rate`);
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    this.#pairs.restore(`${prefix}pairs`, pages);
    this.#entities.restore(`${prefix}entities`, pages);
    this.#things.restore(`${prefix}things`, pages);
    this.#tenants.restore(`${prefix}tenants`, pages);
    this.#rate.restore(`${prefix}rate`, pages);
  }

  /** Counts the day; whether entity and tenant have been watched for long enough. */
  #grow(entity: KeyHash, day: number, home: number): boolean {
    const before = this.#entities.find(entity);
    const last = before === -1 ? 0 : this.#entities.day(before);
    const slot = this.#entities.take(entity, day);
    const [first, active] = [this.#entities.column('first'), this.#entities.column('active')];
    if (this.#entities.isNew) {
      first[slot] = day;
      const entities = this.#tenants.column('entities');
      entities[home] = (entities[home] ?? 0) + 1;
    }
    if (day > last) active[slot] = Math.min(65_535, (active[slot] ?? 0) + 1);
    const age = Math.min(day - (first[slot] ?? day), day - (this.#tenants.column('first')[home] ?? day));
    return age >= this.#youngDays && (active[slot] ?? 0) > Math.min(5, this.#youngDays);
  }

  #habit(pair: KeyHash, owner: KeyHash, thing: KeyHash, day: number): 'usual' | 'forgotten' | 'never' {
    const before = this.#pairs.find(pair);
    const rested = before === -1 ? 0 : day - this.#pairs.day(before);
    const slot = this.#pairs.take(pair, day);
    const first = this.#pairs.column('first');
    const isKnown = before !== -1 && (first[slot] ?? 0) !== 0;
    if (isKnown && rested <= FORGET_DAYS) return 'usual';
    first[slot] = day;
    this.#pairs.column('owner')[slot] = owner.low;
    this.#pairs.column('thingHigh')[slot] = thing.high;
    this.#pairs.column('thingLow')[slot] = thing.low;
    return isKnown ? 'forgotten' : 'never';
  }

  #begin(thing: KeyHash, day: number, isAgain: boolean): { others: number; isRollout: boolean } {
    const slot = this.#things.take(thing, day);
    const [doers, week, recent] = [
      this.#things.column('doers'),
      this.#things.column('week'),
      this.#things.column('recent'),
    ];
    if (day - (week[slot] ?? 0) >= WEEK) {
      week[slot] = day;
      recent[slot] = 0;
    }
    const others = Math.max(0, (doers[slot] ?? 0) - (isAgain ? 1 : 0));
    const began = recent[slot] ?? 0;
    doers[slot] = others + 1;
    recent[slot] = Math.min(65_535, began + 1);
    return { others, isRollout: began >= ROLLOUT && 2 * began >= others };
  }

  #maySay(entity: KeyHash, day: number): boolean {
    const slot = this.#entities.find(entity);
    const [saidDay, said] = [this.#entities.column('saidDay'), this.#entities.column('said')];
    if (saidDay[slot] !== day) {
      saidDay[slot] = day;
      said[slot] = 0;
    }
    if ((said[slot] ?? 0) >= SAID_A_DAY) return false;
    said[slot] = (said[slot] ?? 0) + 1;
    return true;
  }
}

/** 0: what many do, or are beginning to. */
function reachOf(others: number, of: number, isRollout: boolean): Reach | 0 {
  if (isRollout || others >= Math.max(ROLLOUT, COMMON * of)) return 0;
  if (others === 0) return 3;
  return others <= 2 ? 2 : 1;
}
