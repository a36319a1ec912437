import type { Level } from '../../contracts/detection.ts';
import type { Entity } from '../../contracts/entity.ts';
import type { ActivityKind } from '../../contracts/event.ts';
import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { FirstSeenLog } from './first-seen-log.ts';
import { FirstSeenRate } from './first-seen-rate.ts';
import { type KeyHash, keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import type { Sighting } from './sighting.ts';

/** What can be new, and for whom. */
export interface Feature {
  readonly name: string;
  readonly title: string;
  readonly level: Level;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly falsePositives: readonly string[];
  readonly kinds: readonly ActivityKind[];
  /** Whose habit it is; undefined where it is the tenant's. */
  readonly whose?: 'host' | 'user' | 'program';
  /** The value, and the one whose habit it is (of the tenant's: nobody). */
  read(sighting: Sighting): { readonly who?: string | undefined; readonly value: string } | undefined;
  /** What happened, after "first time in 31 days that": "ws07 ran psexec.exe", "any of 412 hosts ran psexec.exe". */
  what(sighting: Sighting, hosts: number, users: number): string;
  /** Values known at most, over all tenants. */
  readonly limit: number;
}

/** A first time that waits to be seen as a rollout or not. */
interface Held {
  readonly key: string;
  readonly value: string;
  readonly at: number;
  readonly habit: number;
  /** Others who had the value before. */
  readonly holders: number;
  readonly days: number;
  readonly sighting: Sighting;
  /** Hosts (or users, where no host is named) that have had it for the first time since. */
  readonly spread: string[];
}

type Entities = KeyTable<{ active: 'f32'; novel: 'f32'; first: 'u16'; newDay: 'u16' }>;

interface Tenant {
  readonly rate: FirstSeenRate;
  held: Held[];
}

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Days an entity, or a tenant, is young. */
const YOUNG = 7;
/** Days after which something is new again. */
const FORGOTTEN = 90;
/** Days of the tenant's average that an entity's own record is shrunk by. */
const SHRINK = 5;
const HALF_LIFE = 30;
/** Milliseconds a first time is held: whether others have it too by then decides whether it is a rollout. */
const HOLD = 1_800_000;
/** So many that have it for the first time while it is held are a rollout. */
const ROLLOUT = 5;
const SPREAD = 64;
const HELD = 200;
/** What is likelier is not worth a word. */
const WORTH = 0.05;
const TENANTS = 4096;
const SEED = 0x51e3;
const ENTITIES = 1_468_000;

/**
 * First seen and rare. `p` is the chance that an entity of the tenant, on one day, shows something new that is at least so rare: the share
 * of its days with something new (Good-Turing's estimate of the unseen, counted in days, an entity's own shrunk to the tenant's by five days),
 * times the share of such novelties that at most so many others had before. Days fade to half in 30. A day with something new counts once,
 * however much is new on it, and the days of an entity's first week count for nothing. Each first time is held for half an hour up to one
 * and a half: where five or more have it for the first time by then it is a rollout, and nothing is said.
 */
class FirstSeen implements Baseline {
  readonly youngDays = YOUNG;
  readonly kinds: ReadonlySet<ActivityKind>;
  readonly #feature: Feature;
  readonly #past: Past;
  readonly #seen: KeyTable<Record<never, never>>;
  readonly #values: KeyTable<{ holders: 'u16' }> | undefined;
  readonly #entities: Entities | undefined;
  readonly #log = new FirstSeenLog();
  readonly #tenants = new Map<string, Tenant>();

  constructor(feature: Feature, past: Past) {
    this.#feature = feature;
    this.#past = past;
    this.kinds = new Set(feature.kinds);
    this.#seen = new KeyTable({}, feature.limit);
    if (feature.whose === undefined) return;
    this.#values = new KeyTable({ holders: 'u16' }, Math.ceil(feature.limit / 8));
    const entities = feature.whose === 'program' ? ENTITIES / 16 : ENTITIES / 2;
    this.#entities = new KeyTable({ active: 'f32', novel: 'f32', first: 'u16', newDay: 'u16' }, entities);
  }

  get name(): string {
    return this.#feature.name;
  }
  get title(): string {
    return this.#feature.title;
  }
  get level(): Level {
    return this.#feature.level;
  }
  get techniques(): readonly string[] {
    return this.#feature.techniques;
  }
  get tactics(): readonly string[] {
    return this.#feature.tactics;
  }
  get falsePositives(): readonly string[] {
    return this.#feature.falsePositives;
  }

  get bytes(): number {
    return this.#seen.bytes + (this.#values?.bytes ?? 0) + (this.#entities?.bytes ?? 0) + this.#log.bytes;
  }

  see(sighting: Sighting): readonly Surprise[] {
    const read = this.#feature.read(sighting);
    if (read === undefined) return nothing;
    const { tenant: name, last } = sighting;
    const tenant = this.#tenant(name);
    if (tenant === undefined) return nothing;
    const day = Math.max(0, Math.floor(last / DAY));
    const begins = tenant.rate.begin(day);
    const who = read.who ?? '';
    const entity = this.#entities === undefined ? -1 : this.#active(this.#entities, tenant, name, who, day);
    if (begins && this.#entities === undefined && this.#past.days(name) >= YOUNG)
      tenant.rate.active(this.#past.known(name, 'host') || this.#past.known(name, 'user'));
    const pair = keyHash(SEED, name, who, read.value);
    const slot = this.#seen.find(pair);
    if (slot !== -1 && day - this.#seen.day(slot) <= FORGOTTEN) {
      if (day > this.#seen.day(slot)) this.#seen.take(pair, day);
      this.#spreads(tenant, read.value, sighting);
      return nothing;
    }
    this.#seen.take(pair, day);
    this.#first(tenant, sighting, { ...pair }, who, read.value, day, entity);
    return nothing;
  }

  close(name: string, hour: number): readonly Surprise[] {
    const tenant = this.#tenants.get(name);
    if (tenant === undefined || tenant.held.length === 0) return nothing;
    const until = (hour + 1) * HOUR - HOLD;
    const due = tenant.held.filter(({ at }) => at <= until);
    if (due.length === 0) return nothing;
    tenant.held = tenant.held.filter(({ at }) => at > until);
    return due.flatMap((held) => (held.spread.length >= ROLLOUT ? [] : this.#surprise(tenant, held)));
  }

  unlearn({ tenant: name, entities, from, to }: Unlearned): void {
    const whose = new Set(entities.map(({ kind, value }) => whoHash(name, kind, value)));
    const tenant = this.#tenants.get(name);
    for (const { pair, value, counted } of this.#log.take(whose, Math.floor(from / DAY), Math.floor(to / DAY))) {
      this.#seen.drop(pair);
      if (counted) tenant?.rate.forget();
      const slot = this.#values?.find(value) ?? -1;
      if (this.#values === undefined || slot === -1) continue;
      const holders = this.#values.column('holders');
      if ((holders[slot] ?? 0) <= 1) this.#values.drop(value);
      else holders[slot] = (holders[slot] ?? 0) - 1;
    }
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    const tenants = [...this.#tenants].map(([name, { rate, held }]) => [name, rate.save(), held]);
    yield ['tenants', Buffer.from(JSON.stringify(tenants))];
    yield* this.#seen.pages('seen');
    yield* this.#log.pages('log');
    if (this.#values !== undefined) yield* this.#values.pages('values');
    if (this.#entities !== undefined) yield* this.#entities.pages('entities');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    const head = pages.get('tenants');
    if (head === undefined) return;
    this.#tenants.clear();
    for (const [name, rate, held] of JSON.parse(Buffer.from(head).toString()) as [string, unknown, Held[]][]) {
      const tenant: Tenant = { rate: new FirstSeenRate(), held };
      tenant.rate.restore(rate);
      this.#tenants.set(name, tenant);
    }
    this.#seen.restore('seen', pages);
    this.#log.restore('log', pages);
    this.#values?.restore('values', pages);
    this.#entities?.restore('entities', pages);
  }

  #tenant(name: string): Tenant | undefined {
    let tenant = this.#tenants.get(name);
    if (tenant === undefined && this.#tenants.size < TENANTS) {
      tenant = { rate: new FirstSeenRate(), held: [] };
      this.#tenants.set(name, tenant);
    }
    return tenant;
  }

  /** Counts the entity's day, once; the slot of its record. */
  #active(table: Entities, tenant: Tenant, name: string, who: string, day: number): number {
    const key = keyHash(SEED + 1, name, who);
    const known = table.find(key);
    const before = known === -1 ? 0 : table.day(known);
    if (known !== -1 && before >= day) return known;
    const slot = table.take(key, day);
    if (known === -1) table.column('first')[slot] = day;
    const isOld = day - (table.column('first')[slot] ?? day) >= YOUNG;
    const fade = known === -1 ? 0 : 0.5 ** ((day - before) / HALF_LIFE);
    const [active, novel] = [table.column('active'), table.column('novel')];
    active[slot] = (active[slot] ?? 0) * fade + (isOld ? 1 : 0);
    novel[slot] = (novel[slot] ?? 0) * fade;
    if (isOld) tenant.rate.active(1);
    return slot;
  }

  #first(
    tenant: Tenant,
    sighting: Sighting,
    pair: KeyHash,
    who: string,
    value: string,
    day: number,
    entity: number,
  ): void {
    const { tenant: name, host, user } = sighting;
    const valueKey = { ...keyHash(SEED + 2, name, value) };
    const holders = this.#holders(valueKey, day);
    this.#spreads(tenant, value, sighting);
    const known = this.#knownDays(sighting, entity, day);
    if (known < YOUNG) return;
    const habit = this.#habit(tenant, entity);
    const actor = who === '' ? (host ?? user ?? '') : who;
    const counted = tenant.rate.happened(actor, holders);
    const table = this.#entities;
    if (table !== undefined && table.column('newDay')[entity] !== day) {
      table.column('newDay')[entity] = day;
      table.column('novel')[entity] = (table.column('novel')[entity] ?? 0) + 1;
    }
    this.#log.add(pair, valueKey, whoHash(name, 'host', host ?? ''), whoHash(name, 'user', user ?? ''), day, counted);
    if (habit > WORTH && table === undefined) return;
    if (tenant.held.length >= HELD) tenant.held.splice(0, 1);
    const key = `${who}|${value}|${day}`;
    if (tenant.held.some((held) => held.key === key)) return;
    const spread = [host ?? user ?? ''];
    tenant.held.push({ key, value, at: sighting.last, habit, holders, days: known, sighting, spread });
  }

  /** Others that have the value, before this one. */
  #holders(value: KeyHash, day: number): number {
    if (this.#values === undefined) return 0;
    const slot = this.#values.take(value, day);
    const column = this.#values.column('holders');
    const holders = column[slot] ?? 0;
    if (holders < 65_535) column[slot] = holders + 1;
    return holders;
  }

  /** Days since whoever did it, and the tenant, became known. */
  #knownDays({ tenant, host, user, last }: Sighting, entity: number, day: number): number {
    const table = this.#entities;
    if (table !== undefined) return Math.min(this.#past.days(tenant), day - (table.column('first')[entity] ?? day));
    const since =
      host === undefined
        ? this.#past.firstSeen(tenant, 'user', user ?? '')
        : this.#past.firstSeen(tenant, 'host', host);
    return Math.min(this.#past.days(tenant), Math.floor((last - (since ?? last)) / DAY));
  }

  /** Chance that a day of this one brings something new. */
  #habit({ rate }: Tenant, entity: number): number {
    const table = this.#entities;
    if (table === undefined) return -Math.expm1(-rate.rate);
    const active = table.column('active')[entity] ?? 0;
    const novel = table.column('novel')[entity] ?? 0;
    return -Math.expm1(-(novel + SHRINK * rate.rate) / (active + SHRINK));
  }

  #spreads(tenant: Tenant, value: string, { host, user }: Sighting): void {
    for (const held of tenant.held) {
      if (held.value !== value || held.spread.length >= SPREAD) continue;
      const holder = host ?? user ?? '';
      if (!held.spread.includes(holder)) held.spread.push(holder);
    }
  }

  #surprise({ rate }: Tenant, { key, habit, holders, days, sighting, spread }: Held): Surprise[] {
    const { tenant } = sighting;
    const isTenants = this.#entities === undefined;
    const rarity = isTenants ? 1 : rate.rarity(holders);
    const p = habit * rarity;
    if (p > WORTH) return [];
    const hosts = this.#past.known(tenant, 'host');
    const users = this.#past.known(tenant, 'user');
    const share = habit < 0.001 ? habit.toPrecision(1) : habit.toFixed(3);
    const others = isTenants ? '' : `; ${holders} ${holders === 1 ? 'other' : 'others'} in the tenant had it before`;
    const text = `first time in ${days} days that ${this.#feature.what(sighting, hosts, users)}${others}; something new of this sort comes on ${share} of the days of ${isTenants ? 'a host' : 'this one'}`;
    return [
      {
        baseline: this.name,
        tenant,
        key,
        at: sighting.first,
        p,
        text,
        numbers: {
          days,
          hosts,
          users,
          'others before': holders,
          'at the same time': spread.length,
          'chance of something new a day': share,
        },
        entities: entitiesOf(sighting),
        sightings: [sighting],
      },
    ];
  }
}

const nothing: readonly Surprise[] = [];

function whoHash(tenant: string, kind: string, value: string): number {
  return keyHash(SEED + 3, tenant, kind, value).low;
}

/** What a sighting names. */
function entitiesOf({ host, user, targetUser, principal, remoteAddress, domain }: Sighting): Entity[] {
  const found: Entity[] = [];
  if (host !== undefined) found.push({ kind: 'host', value: host });
  if (user !== undefined) found.push({ kind: 'user', value: user });
  if (targetUser !== undefined) found.push({ kind: 'user', value: targetUser });
  if (principal !== undefined) found.push({ kind: 'cloud_principal', value: principal });
  if (remoteAddress !== undefined) found.push({ kind: 'address', value: remoteAddress });
  if (domain !== undefined) found.push({ kind: 'domain', value: domain });
  return found;
}

/** A baseline of first times. */
export function firstSeen(feature: Feature): MakeBaseline {
  return (past) => new FirstSeen(feature, past);
}
