import { keyHash } from './key-hash.ts';
import { type ColumnType, KeyTable } from './key-table.ts';

/** Half octaves of missed hours, from 1 to 2,896. */
const LENGTHS = 24;
const names = Array.from({ length: LENGTHS }, (_, length) => `length${length}`);
const columns: Record<string, ColumnType> = {
  ...Object.fromEntries(names.map((name) => [name, 'f32'] as const)),
  fadedOn: 'u16',
};
const ROWS = 8192;
const HALF_LIFE = 90;
/** Absences that the belief before any was seen is worth. */
const BELIEF = 5;
/** The share of absences that are holidays, where hosts come and go with people; whatever the last weeks have shown. */
const HOLIDAYS = 0.05;
/** Missed hours of a holiday: two working weeks. */
const HOLIDAY = 80;

/** How long absences of a tenant's hosts are: those of hosts that are always there, and those of the others. */
export class Absences {
  readonly #rows = new KeyTable(columns, ROWS);

  at(tenant: string, isSteady: boolean, day: number): number {
    const slot = this.#rows.take(keyHash(0x70c4, tenant, isSteady ? 'steady' : 'other'), day);
    const fadedOn = this.#rows.column('fadedOn');
    const before = fadedOn[slot] ?? 0;
    if (day <= before) return slot;
    const fade = before === 0 ? 1 : 0.5 ** ((day - before) / HALF_LIFE);
    for (const name of names) this.#rows.column(name)[slot] = (this.#rows.column(name)[slot] ?? 0) * fade;
    fadedOn[slot] = day;
    return slot;
  }

  /** @param missed hours in which it would have been heard @param times -1 takes one back */
  note(slot: number, missed: number, times = 1): void {
    const column = this.#rows.column(names[lengthOf(missed)] ?? '');
    column[slot] = Math.max(0, (column[slot] ?? 0) + times);
  }

  /**
   * The share of absences that are at least so long: as observed, beside five by a power law (Lomax), since outages and holidays are not
   * of one size. Where hosts go with people, never less than a twentieth being holidays leaves.
   */
  tail(slot: number, isSteady: boolean, missed: number): number {
    let all = 0;
    let longer = 0;
    for (let length = 0; length < LENGTHS; length += 1) {
      const seen = this.#rows.column(names[length] ?? '')[slot] ?? 0;
      all += seen;
      if (length >= lengthOf(missed)) longer += seen;
    }
    const belief = isSteady ? (1 + missed) ** -1.5 : 1 / (1 + missed / 16);
    const tail = (longer + BELIEF * belief) / (all + BELIEF);
    return isSteady ? tail : Math.max(tail, HOLIDAYS / (1 + missed / HOLIDAY));
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
}

function lengthOf(missed: number): number {
  return Math.max(0, Math.min(LENGTHS - 1, Math.floor(2 * Math.log2(Math.max(1, missed)))));
}
