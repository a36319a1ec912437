import type { Database, RootDatabase } from 'lmdb';
import type { PositionStore } from '../../ports/positions.ts';
import { explained, full, openEnvironment } from './environment.ts';

/** Positions of files on LMDB, in a folder of its own: what changes is written, however many files are known. */
export function openPositions({ path }: { readonly path: string }): PositionStore {
  return new LmdbPositions(path);
}

class LmdbPositions implements PositionStore {
  readonly #path: string;
  readonly #root: RootDatabase<Buffer, string>;
  readonly #entries: Database<unknown, string>;

  constructor(path: string) {
    this.#path = path;
    this.#root = openEnvironment(path, 2);
    this.#entries = this.#root.openDB<unknown, string>({ name: 'positions', encoding: 'json' });
  }

  all(prefix: string): readonly (readonly [string, unknown])[] {
    const found: [string, unknown][] = [];
    for (const { key, value } of this.#entries.getRange({ start: prefix })) {
      if (!key.startsWith(prefix)) break;
      found.push([key, value]);
    }
    this.#entries.resetReadTxn();
    return found;
  }

  async save(put: ReadonlyMap<string, unknown>, drop: readonly string[] = []): Promise<void> {
    try {
      await this.#entries.batch(() => {
        for (const [key, value] of put) void this.#entries.put(key, value);
        for (const key of drop) void this.#entries.remove(key);
      });
    } catch (error) {
      throw await explained(error, this.#path, full.positions);
    }
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}
