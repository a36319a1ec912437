import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * How far behind the last an id is still known after its entry was trimmed, in entries: what makes an entry may be done again
 * after a crash, or be sent again, and still counts once.
 */
const REMEMBERED = 200_000;
/** Entries a trim removes in one call. */
const TRIMMED = 5_000;

/** Tables of one kind of entry. An id outlives its entry; AUTOINCREMENT gives no number twice, whatever was removed. */
export const onceTables = (name: string): string => `
  CREATE TABLE IF NOT EXISTS ${name}_ids (sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS ${name} (sequence INTEGER PRIMARY KEY, entry TEXT NOT NULL);`;

/**
 * Entries that are stored once by id and read in the order stored. Writes belong into a transaction: that is what gives a sequence number
 * to one entry only, whichever process asks.
 */
export class Once<T> {
  readonly #remembered: number;
  readonly #newId: StatementSync;
  readonly #newEntry: StatementSync;
  readonly #has: StatementSync;
  readonly #last: StatementSync;
  readonly #after: StatementSync;
  readonly #trim: StatementSync;
  readonly #forget: StatementSync;

  /** @param name of its tables (`onceTables`) */
  constructor(connection: DatabaseSync, name: string, remembered = REMEMBERED) {
    this.#remembered = remembered;
    this.#newId = connection.prepare(`INSERT INTO ${name}_ids (id) VALUES (?)`);
    this.#newEntry = connection.prepare(`INSERT INTO ${name} VALUES (?, ?)`);
    this.#has = connection.prepare(`SELECT 1 FROM ${name}_ids WHERE id = ?`);
    this.#last = connection.prepare(`SELECT seq AS last FROM sqlite_sequence WHERE name = '${name}_ids'`);
    this.#after = connection.prepare(
      `SELECT sequence, entry FROM ${name} WHERE sequence > ? ORDER BY sequence LIMIT ?`,
    );
    this.#trim = connection.prepare(
      `DELETE FROM ${name} WHERE sequence IN (SELECT sequence FROM ${name} WHERE sequence <= ? ORDER BY sequence LIMIT ${TRIMMED})`,
    );
    this.#forget = connection.prepare(
      `DELETE FROM ${name}_ids WHERE sequence IN (SELECT sequence FROM ${name}_ids WHERE sequence <= ? ORDER BY sequence LIMIT ${TRIMMED})`,
    );
  }

  /** Stores it under the next number; false where the id is there already. */
  add(id: string, entry: T): boolean {
    // Asked for first: an insertion that is refused takes a number all the same.
    if (this.has(id)) return false;
    const { lastInsertRowid } = this.#newId.run(id);
    this.#newEntry.run(lastInsertRowid, JSON.stringify(entry));
    return true;
  }

  has(id: string): boolean {
    return this.#has.get(id) !== undefined;
  }

  /** The last number given; 0 where there was none. */
  last(): number {
    return Number(this.#last.get()?.last ?? 0);
  }

  /** Oldest first. */
  after(sequence: number, limit: number): readonly { readonly sequence: number; readonly entry: T }[] {
    return (
      this.#after
        // SQLite takes no Infinity for a number.
        .all(sequence, Math.min(limit, Number.MAX_SAFE_INTEGER))
        .map((row) => ({ sequence: Number(row.sequence), entry: JSON.parse(String(row.entry)) as T }))
    );
  }

  /** Removes entries up to a number, the oldest first, as many as one call may; and ids that nobody has to remember. */
  trim(upTo: number): void {
    this.#trim.run(upTo);
    const forgotten = Math.min(upTo, this.last() - this.#remembered);
    if (forgotten > 0) this.#forget.run(forgotten);
  }
}
