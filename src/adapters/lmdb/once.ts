import type { Database, RootDatabase } from 'lmdb';

/**
 * How far behind the last an id is still known after its entry was trimmed, in entries: what makes an entry may be done again
 * after a crash, or be sent again, and still counts once.
 */
const REMEMBERED = 200_000;
/** Entries a trim removes in one call. */
const TRIMMED = 5_000;

/**
 * Entries that are stored once by id and read in the order stored. Writes belong into a transaction of the environment: that is what gives
 * a sequence number to one entry only, whichever process asks.
 */
export class Once<T> {
  readonly #entries: Database<T, number>;
  /** Id -> sequence. Outlives the entry. */
  readonly #sequences: Database<number, string>;
  /** Sequence -> id, as long as the id is known. The last one is always there, so numbers are never given twice. */
  readonly #ids: Database<string, number>;

  readonly #remembered: number;

  constructor(root: RootDatabase<Buffer, string>, name: string, remembered = REMEMBERED) {
    this.#remembered = remembered;
    this.#entries = root.openDB<T, number>({ name, encoding: 'json' });
    this.#sequences = root.openDB<number, string>({ name: `${name}-sequences`, encoding: 'json' });
    this.#ids = root.openDB<string, number>({ name: `${name}-ids`, encoding: 'string' });
  }

  /** Stores it under the next number; false where the id is there already. */
  add(id: string, entry: T): boolean {
    if (this.#sequences.doesExist(id)) return false;
    const sequence = this.last() + 1;
    this.#sequences.putSync(id, sequence);
    this.#ids.putSync(sequence, id);
    this.#entries.putSync(sequence, entry);
    return true;
  }

  has(id: string): boolean {
    return this.#sequences.doesExist(id);
  }

  /** The last number given; 0 where there was none. */
  last(): number {
    for (const sequence of this.#ids.getKeys({ reverse: true, limit: 1 })) return sequence;
    return 0;
  }

  /** Oldest first. */
  after(sequence: number, limit: number): readonly { readonly sequence: number; readonly entry: T }[] {
    return [...this.#entries.getRange({ start: sequence + 1, limit })].map(({ key, value }) => ({
      sequence: key,
      entry: value,
    }));
  }

  /** Removes entries up to a number, the oldest first, as many as one call may; and ids that nobody has to remember. */
  trim(upTo: number): void {
    const entries = [...this.#entries.getKeys({ end: upTo + 1, limit: TRIMMED })];
    for (const sequence of entries) this.#entries.removeSync(sequence);
    const forgotten = Math.min(upTo, this.last() - this.#remembered);
    if (forgotten <= 0) return;
    const ids = [...this.#ids.getRange({ end: forgotten + 1, limit: TRIMMED })];
    for (const { key, value } of ids) {
      this.#sequences.removeSync(value);
      this.#ids.removeSync(key);
    }
  }
}
