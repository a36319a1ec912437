import type { KeyHash } from './key-hash.ts';
import { type ColumnType, KeyTable } from './key-table.ts';

/** Buckets by octave of the most that was done in an hour of a day. */
const OCTAVES = 24;
const names = Array.from({ length: OCTAVES }, (_, octave) => `octave${octave}`);
const columns: Record<string, ColumnType> = {
  ...Object.fromEntries(names.map((name) => [name, 'f32'] as const)),
  exposure: 'f32',
  today: 'u16',
  beyond: 'u16',
};
/** Days after which what was seen counts half. */
const HALF_LIFE = 30;
const ROWS = 20_000;

/**
 * How high the hours of all of a tenant's entities go in one kind of act: for those who have no history of their own in it, and to tell
 * what is everybody's from what is one's own. One entity's day counts once.
 */
export class TenantHeights {
  readonly #rows = new KeyTable(columns, ROWS);

  /** The row of a tenant and act for a day. @param known entities there are @param days that the tenant is known */
  at(key: KeyHash, day: number, known: () => number, days: number): number {
    const slot = this.#rows.take(key, day);
    const today = this.#rows.column('today');
    const before = today[slot] ?? 0;
    if (day <= before) return slot;
    const fade = before === 0 ? 1 : 0.5 ** ((day - before) / HALF_LIFE);
    for (const name of names) this.#rows.column(name)[slot] = (this.#rows.column(name)[slot] ?? 0) * fade;
    const exposure = this.#rows.column('exposure');
    // Days on which nobody came near such heights are days that were looked at as well.
    const looked = Math.max(1, Math.min(days, before === 0 ? days : day - before, HALF_LIFE));
    exposure[slot] = (exposure[slot] ?? 0) * fade + known() * looked;
    this.#rows.column('beyond')[slot] = 0;
    today[slot] = day;
    return slot;
  }

  /** An entity's day went so high. */
  note(slot: number, height: number): void {
    const column = this.#rows.column(names[octaveOf(height)] ?? '');
    column[slot] = (column[slot] ?? 0) + 1;
  }

  /**
   * The chance that an entity goes so high on a day: the share of days of entities that did, one more given to each side (Laplace).
   * Beyond all that was ever seen it falls as 1/height (generalised Pareto, shape 1: heavier than counts of people's work are).
   */
  tail(slot: number, height: number, least: number): number {
    let above = 0;
    let top = octaveOf(least);
    for (let octave = 0; octave < OCTAVES; octave += 1) {
      const days = this.#rows.column(names[octave] ?? '')[slot] ?? 0;
      if (octave >= octaveOf(height)) above += days;
      if (days > 0.01) top = Math.max(top, octave);
    }
    const exposure = this.#rows.column('exposure')[slot] ?? 0;
    const beyond = Math.min(1, 2 ** (top + 1) / height);
    return Math.min(1, ((above + 1) / (exposure + 1)) * (above > 0.5 ? 1 : beyond));
  }

  /** One more of the tenant's entities is beyond what its own past leads one to expect today; how many were before it. */
  oneBeyond(slot: number): number {
    const column = this.#rows.column('beyond');
    const before = column[slot] ?? 0;
    column[slot] = Math.min(65_535, before + 1);
    return before;
  }

  beyondToday(slot: number): number {
    return this.#rows.column('beyond')[slot] ?? 0;
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

function octaveOf(height: number): number {
  return Math.max(0, Math.min(OCTAVES - 1, Math.floor(Math.log2(Math.max(1, height)))));
}
