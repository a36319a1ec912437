import type { Database, RootDatabase } from 'lmdb';
import type { LakeFile } from '../../contracts/lake.ts';

/** The files of the lake by tenant and hour. */
export class FileList {
  readonly #files: Database<LakeFile, string[]>;
  /** Name -> key: who drops a file knows its name. */
  readonly #keys: Database<string[], string>;

  constructor(root: RootDatabase<Buffer, string>) {
    this.#files = root.openDB<LakeFile, string[]>({ name: 'files', encoding: 'json' });
    this.#keys = root.openDB<string[], string>({ name: 'file-keys', encoding: 'json' });
  }

  add(file: LakeFile): void {
    const key = [file.tenant, file.hour, file.name];
    this.#files.putSync(key, file);
    this.#keys.putSync(file.name, key);
  }

  has(name: string): boolean {
    return this.#keys.doesExist(name);
  }

  drop(name: string): void {
    const key = this.#keys.get(name);
    if (key === undefined) return;
    this.#files.removeSync(key);
    this.#keys.removeSync(name);
  }

  /** Hours inclusive. */
  within(tenant: string, fromHour: string | undefined, toHour: string | undefined): readonly LakeFile[] {
    const files: LakeFile[] = [];
    for (const { key, value } of this.#files.getRange({ start: [tenant, fromHour ?? ''] })) {
      if (key[0] !== tenant || (toHour !== undefined && value.hour > toHour)) break;
      files.push(value);
    }
    return files;
  }

  all(): readonly LakeFile[] {
    return [...this.#files.getRange()].map(({ value }) => value);
  }
}
