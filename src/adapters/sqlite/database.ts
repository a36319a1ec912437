import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BridgewatchError } from '../../kernel/errors.ts';

/** Result codes (sqlite.org/rescode.html), the low byte of `errcode`. */
const FULL = 13;
const IO = 10;
/** Another process commits in a millisecond or two; this long only one that hangs. */
const WAIT_MS = 30_000;

/**
 * SQLite (Node's own) in a folder of its own, open to this user only. A commit is flushed when it returns; several processes may have it
 * open: one writes at a time, and none waits for readers (write-ahead log).
 */
export class Database {
  readonly #path: string;
  readonly connection: DatabaseSync;

  /** @param schema statements that make what is not there yet */
  constructor(path: string, schema: string) {
    this.#path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const file = join(path, 'work.sqlite');
    this.connection = new DatabaseSync(file, { timeout: WAIT_MS });
    chmodSync(file, 0o600);
    this.connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
    this.write(() => this.connection.exec(schema));
  }

  /** Does `work` as one transaction: all of it or, where it throws, nothing. Throws `WORK_STORE_FULL` for a disk without room. */
  write(work: () => void): void {
    try {
      // At once, not at the first write: two that have read and then both want to write could not be told apart from a deadlock.
      this.connection.exec('BEGIN IMMEDIATE');
      work();
      this.connection.exec('COMMIT');
    } catch (error) {
      if (this.connection.isTransaction) this.connection.exec('ROLLBACK');
      throw this.#explained(error);
    }
  }

  close(): void {
    this.connection.close();
  }

  #explained(error: unknown): unknown {
    const code = (error as { errcode?: unknown }).errcode;
    if (typeof code !== 'number' || ((code & 0xff) !== FULL && (code & 0xff) !== IO)) return error;
    return new BridgewatchError(
      'WORK_STORE_FULL',
      `the disk of ${this.#path} is full or fails (SQLite ${code}); nothing of this commit was kept; make room and it is done again`,
      503,
      { cause: error },
    );
  }
}
