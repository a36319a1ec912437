import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const BALLAST_BYTES = 1024 * 1024;

/**
 * Disk kept back for trimming. LMDB copies a page before it changes it, so on a disk without one free byte even a removal fails, and a
 * full log could never be emptied. Then the ballast goes, and comes back when there is room.
 */
export class Ballast {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'ballast');
  }

  /** Takes it aboard, where there is room. */
  load(): void {
    if (existsSync(this.#file)) return;
    try {
      writeFileSync(this.#file, Buffer.alloc(BALLAST_BYTES), { mode: 0o600 });
    } catch {
      // Half of it on a full disk is no help to anybody.
      rmSync(this.#file, { force: true });
    }
  }

  /** True where there was some, and its room is free now. */
  drop(): boolean {
    if (!existsSync(this.#file)) return false;
    rmSync(this.#file, { force: true });
    return true;
  }
}
