import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LakeFile } from '../../contracts/lake.ts';

export const fileTables = `
  CREATE TABLE IF NOT EXISTS files (
    tenant TEXT NOT NULL, hour TEXT NOT NULL, name TEXT NOT NULL UNIQUE, entry TEXT NOT NULL, PRIMARY KEY (tenant, hour, name)
  ) WITHOUT ROWID;`;

/** After every hour that can be written. */
const LAST_HOUR = '~';

/** The files of the lake by tenant and hour. */
export class FileList {
  readonly #add: StatementSync;
  readonly #has: StatementSync;
  readonly #drop: StatementSync;
  readonly #within: StatementSync;
  readonly #all: StatementSync;

  constructor(connection: DatabaseSync) {
    this.#add = connection.prepare('INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)');
    this.#has = connection.prepare('SELECT 1 FROM files WHERE name = ?');
    this.#drop = connection.prepare('DELETE FROM files WHERE name = ?');
    this.#within = connection.prepare(
      'SELECT entry FROM files WHERE tenant = ? AND hour >= ? AND hour <= ? ORDER BY hour, name',
    );
    this.#all = connection.prepare('SELECT entry FROM files ORDER BY tenant, hour, name');
  }

  add(file: LakeFile): void {
    this.#add.run(file.tenant, file.hour, file.name, JSON.stringify(file));
  }

  has(name: string): boolean {
    return this.#has.get(name) !== undefined;
  }

  drop(name: string): void {
    this.#drop.run(name);
  }

  /** Hours inclusive. */
  within(tenant: string, fromHour = '', toHour = LAST_HOUR): readonly LakeFile[] {
    return this.#within.all(tenant, fromHour, toHour).map(fileIn);
  }

  all(): readonly LakeFile[] {
    return this.#all.all().map(fileIn);
  }
}

function fileIn({ entry }: Record<string, unknown>): LakeFile {
  return JSON.parse(String(entry)) as LakeFile;
}
