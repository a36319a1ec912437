import type { Company } from './habits.ts';
import { type KeyHash, keyHash } from './key-hash.ts';
import { type ColumnType, KeyTable } from './key-table.ts';
import { BINS, itemMark } from './likeness.ts';
import { PeerGroups } from './peer-groups.ts';

const WEEK = 7;
/** Days and filled bins of a week's sketch below which it says too little. */
const DAYS = 3;
const FILLED = 3;
/** Fewer are no company. */
const COMPANY = 8;

const bins = Array.from({ length: BINS }, (_, bin) => bin);
const NOW = bins.map((bin) => `now${bin}`);
const NEXT = bins.map((bin) => `next${bin}`);
const u16 = (names: readonly string[]): Record<string, ColumnType> =>
  Object.fromEntries(names.map((name) => [name, 'u16']));

/**
 * Who is like whom, by what they use: each week's use is sketched, and once a week an entity joins the group whose sketch is most like its
 * own (see `PeerGroups`); and how many of a group do a thing. What is used daily by many days makes the likeness, one day's flood does
 * not: a sketch counts only after three days, and holds for the week after.
 */
export class Peers {
  readonly #seed: number;
  readonly #entities: KeyTable<Record<string, ColumnType>>;
  /** By entity and thing: the group it was counted in. */
  readonly #deeds: KeyTable<{ group: 'u16' }>;
  /** By group and thing: how many of the group have done it. */
  readonly #doers: KeyTable<{ count: 'u32' }>;
  readonly #groups: PeerGroups;

  constructor(seed: number, limits: { readonly entities: number; readonly deeds: number; readonly groups: number }) {
    this.#seed = seed;
    this.#entities = new KeyTable(
      { ...u16(NOW), ...u16(NEXT), group: 'u16', week: 'u16', today: 'u16', days: 'u8' },
      limits.entities,
    );
    this.#deeds = new KeyTable({ group: 'u16' }, limits.deeds);
    this.#doers = new KeyTable({ count: 'u32' }, limits.deeds);
    this.#groups = new PeerGroups(limits.groups);
  }

  get bytes(): number {
    return this.#entities.bytes + this.#deeds.bytes + this.#doers.bytes + this.#groups.bytes;
  }

  /** Takes in that somebody used something that shows whom they are like. */
  learn(tenant: string, who: string, item: string, day: number): void {
    const slot = this.#entities.take({ ...keyHash(this.#seed, tenant, who) }, day);
    const [week, today, days] = [
      this.#entities.column('week'),
      this.#entities.column('today'),
      this.#entities.column('days'),
    ];
    const now = Math.floor(day / WEEK);
    if ((week[slot] ?? 0) < now) {
      if ((week[slot] ?? 0) !== 0) this.#join(tenant, slot, now);
      week[slot] = now;
    }
    if ((today[slot] ?? 0) < day) {
      today[slot] = day;
      days[slot] = Math.min(255, (days[slot] ?? 0) + 1);
    }
    const { bin, value } = itemMark(this.#seed, item);
    const column = this.#entities.column(NEXT[bin] ?? '');
    const least = column[slot] ?? 0;
    if (least === 0 || value < least) column[slot] = value;
  }

  /** How many of its peers do it, and how many they are; undefined where it has no company yet. */
  company(tenant: string, who: string, what: string): Company | undefined {
    const slot = this.#entities.find(keyHash(this.#seed, tenant, who));
    const group = slot === -1 ? 0 : (this.#entities.column('group')[slot] ?? 0);
    const members = this.#groups.members(group) - 1;
    if (group === 0 || members < COMPANY) return undefined;
    const doing = this.#doers.find(this.#groupKey(group, what));
    return { members, doing: doing === -1 ? 0 : Math.min(members, this.#doers.column('count')[doing] ?? 0) };
  }

  /** Counts it among those of its group who do it. */
  did(tenant: string, who: string, what: string, day: number): void {
    const slot = this.#entities.find(keyHash(this.#seed, tenant, who));
    const group = slot === -1 ? 0 : (this.#entities.column('group')[slot] ?? 0);
    const deed = this.#deeds.take({ ...keyHash(this.#seed, tenant, who, what) }, day);
    const column = this.#deeds.column('group');
    const before = column[deed] ?? 0;
    if (before === group) return;
    column[deed] = group;
    if (before !== 0) this.#count(before, what, day, -1);
    if (group !== 0) this.#count(group, what, day, 1);
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    yield* this.#entities.pages(`${prefix}peers`);
    yield* this.#deeds.pages(`${prefix}deeds`);
    yield* this.#doers.pages(`${prefix}doers`);
    yield* this.#groups.pages(`${prefix}groups`);
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    this.#entities.restore(`${prefix}peers`, pages);
    this.#deeds.restore(`${prefix}deeds`, pages);
    this.#doers.restore(`${prefix}doers`, pages);
    this.#groups.restore(`${prefix}groups`, pages);
  }

  #count(group: number, what: string, day: number, by: number): void {
    const slot = this.#doers.take(this.#groupKey(group, what), day);
    const count = this.#doers.column('count');
    count[slot] = Math.max(0, (count[slot] ?? 0) + by);
  }

  #groupKey(group: number, what: string): KeyHash {
    return { ...keyHash(this.#seed + group, `${this.#groups.founded(group)}`, what) };
  }

  /** A week is over for the entity: its sketch, where it says enough, is who it is like now. */
  #join(tenant: string, slot: number, week: number): void {
    const columns = NEXT.map((name) => this.#entities.column(name));
    const filled = columns.reduce((count, column) => count + ((column[slot] ?? 0) === 0 ? 0 : 1), 0);
    const days = this.#entities.column('days');
    const [enough, group] = [(days[slot] ?? 0) >= DAYS && filled >= FILLED, this.#entities.column('group')];
    for (const bin of enough ? bins : []) {
      this.#entities.column(NOW[bin] ?? '')[slot] = columns[bin]?.[slot] ?? 0;
    }
    for (const column of columns) column[slot] = 0;
    days[slot] = 0;
    if (!enough) return;
    const mine = NOW.map((name) => this.#entities.column(name)[slot] ?? 0);
    group[slot] = this.#groups.join(keyHash(this.#seed, tenant).low, group[slot] ?? 0, (bin) => mine[bin] ?? 0, week);
  }
}
