import { weekdayOf } from './hours.ts';
import { keyHash } from './key-hash.ts';
import { type ColumnType, KeyTable } from './key-table.ts';

const hourNames = Array.from({ length: 24 }, (_, hour) => `hour${hour}`);
const weekdayNames = Array.from({ length: 7 }, (_, day) => `weekday${day}`);
const seenNames = Array.from({ length: 7 }, (_, day) => `seen${day}`);
const columns: Record<string, ColumnType> = {
  ...Object.fromEntries([...hourNames, ...weekdayNames, ...seenNames].map((name) => [name, 'f32'] as const)),
  days: 'f32',
  fadedOn: 'u16',
};
const TENANTS = 4096;
/** Days after which what was seen counts half. */
const HALF_LIFE = 60;

/** Days without which nobody knows what most do. */
const FEW = 10;
/** Hours active in a day beyond which it is no person's. */
const LONGEST_DAY = 16;

/**
 * When the people of a tenant are active, all together: shares of their active days by hour, and of their days by weekday. Days count that
 * reach into the hours in which most are active: a nightly job or an account that never sleeps does not make the night an hour of
 * people who work by day; one of them who stays late does.
 */
export class TenantHours {
  readonly #rows = new KeyTable(columns, TENANTS);

  at(tenant: string, day: number): number {
    const slot = this.#rows.take(keyHash(0x70c2, tenant), day);
    const fadedOn = this.#rows.column('fadedOn');
    const before = fadedOn[slot] ?? 0;
    if (day <= before) return slot;
    if (before > 0) {
      const fade = 0.5 ** ((day - before) / HALF_LIFE);
      for (const name of [...hourNames, ...weekdayNames, ...seenNames, 'days']) {
        this.#rows.column(name)[slot] = (this.#rows.column(name)[slot] ?? 0) * fade;
      }
    }
    fadedOn[slot] = day;
    return slot;
  }

  /** One person's day. @param mask as of ActiveHours */
  learn(slot: number, day: number, mask: number): void {
    if (mask !== 0 && !this.#isLikeMost(slot, mask)) return;
    this.#add(seenNames[weekdayOf(day)] ?? '', slot);
    if (mask === 0) return;
    this.#add(weekdayNames[weekdayOf(day)] ?? '', slot);
    this.#add('days', slot);
    for (let hour = 0; hour < 24; hour += 1) if ((mask >>> hour) & 1) this.#add(hourNames[hour] ?? '', slot);
  }

  /** Active days of all its people, faded. */
  days(slot: number): number {
    return this.#rows.column('days')[slot] ?? 0;
  }

  /** Of them, those active in that hour. */
  seenAt(slot: number, hour: number): number {
    return Math.round(this.#rows.column(hourNames[hour] ?? '')[slot] ?? 0);
  }

  /** Half a day more than was seen, so that nothing is impossible (Krichevsky and Trofimov 1981). */
  hour(slot: number, hour: number): number {
    const seen = this.#rows.column(hourNames[(hour + 24) % 24] ?? '')[slot] ?? 0;
    return (seen + 0.5) / (this.days(slot) + 1);
  }

  weekday(slot: number, weekday: number): number {
    const active = this.#rows.column(weekdayNames[weekday] ?? '')[slot] ?? 0;
    return (active + 0.5) / ((this.#rows.column(seenNames[weekday] ?? '')[slot] ?? 0) + 1);
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  pages(prefix: string): Iterable<readonly [string, Uint8Array]> {
    return this.#rows.pages(prefix);
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    this.#rows.restore(prefix, pages);
  }

  #isLikeMost(slot: number, mask: number): boolean {
    let most = 0;
    let best = 0;
    let active = 0;
    for (let hour = 0; hour < 24; hour += 1) {
      const seen = this.#rows.column(hourNames[hour] ?? '')[slot] ?? 0;
      most = Math.max(most, seen);
      if (((mask >>> hour) & 1) === 0) continue;
      active += 1;
      best = Math.max(best, seen);
    }
    return active <= LONGEST_DAY && (most < FEW || best >= most / 2);
  }

  #add(name: string, slot: number): void {
    const column = this.#rows.column(name);
    column[slot] = (column[slot] ?? 0) + 1;
  }
}
