import { lstat, readdir } from 'node:fs/promises';
import { dirname, join, matchesGlob } from 'node:path';
import type { Clock } from '../../../../ports/clock.ts';
import { type Found, inodeOf } from './watched-file.ts';

/** Milliseconds until something is looked at again: a hundredth of how long it has been as it is, within these bounds. */
const SOONEST = 1000;
const LATEST = 600_000;
/** Modification times may be as coarse as this: a folder listed sooner after its change may have changed since. */
const COARSE_MS = 2000;
/** Share of the time that listing one folder may take. */
const SHARE = 10;
const FOLDERS_DEEP = 32;

interface Folder {
  readonly depth: number;
  modifiedAt: number;
  listedAt: number;
  lookAt: number;
  files: readonly Found[];
}

export function lookAgain(now: number, changedAt: number): number {
  return now + Math.min(LATEST, Math.max(SOONEST, (now - changedAt) / 100));
}

/**
 * The files of a folder and of those below it, hidden ones and links left out. A folder that has not changed is not listed again, and is looked
 * at the more rarely the longer it has not: a tree of days, of which only the last grows, costs what its last days do.
 */
export class Tree {
  readonly #root: string;
  readonly #globs: readonly string[];
  readonly #clock: Clock;
  readonly #folders = new Map<string, Folder>();

  constructor(root: string, globs: readonly string[], clock: Clock) {
    this.#root = root;
    this.#globs = globs;
    this.#clock = clock;
    this.#add('', 0);
  }

  /** Regular files as last listed. */
  *files(): Generator<Found> {
    for (const { files } of this.#folders.values()) yield* files;
  }

  /** The folder of this file is listed at the next look. */
  again(path: string): void {
    const folder = this.#folders.get(folderOf(path));
    if (folder === undefined) return;
    folder.lookAt = 0;
    folder.listedAt = 0;
  }

  /** The watched folder itself is looked at next. */
  nudge(): void {
    const folder = this.#folders.get('');
    if (folder !== undefined) folder.lookAt = 0;
  }

  /** Lists what is due; resolves to true where anything was listed. Throws where the watched folder itself cannot be listed. */
  async look(): Promise<boolean> {
    let listed = false;
    // Folders found on the way are appended, and visited in the same turn.
    for (const [path, folder] of this.#folders) {
      if (folder.lookAt > this.#clock.now()) continue;
      try {
        listed = (await this.#visit(path, folder)) || listed;
      } catch (error) {
        if (path === '') throw error;
        // Gone, or closed to us: its parent tells when it is there again.
        this.#folders.delete(path);
        listed = true;
      }
    }
    return listed;
  }

  async #visit(path: string, folder: Folder): Promise<boolean> {
    const began = this.#clock.now();
    const stats = await lstat(join(this.#root, path));
    if (!stats.isDirectory() && path !== '') throw new Error('no folder any more');
    folder.lookAt = lookAgain(began, stats.mtimeMs);
    if (stats.mtimeMs === folder.modifiedAt && folder.listedAt > stats.mtimeMs + COARSE_MS) return false;
    folder.modifiedAt = stats.mtimeMs;
    folder.listedAt = began;
    const files: Found[] = [];
    for (const entry of await readdir(join(this.#root, path), { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const name = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) this.#add(name, folder.depth + 1);
      else if (entry.isFile() && this.#globs.some((glob) => matchesGlob(name, glob))) {
        const found = await find(this.#root, name);
        if (found !== undefined) files.push(found);
      }
    }
    folder.files = files;
    const took = this.#clock.now() - began;
    folder.lookAt = Math.max(folder.lookAt, began + took * SHARE);
    return true;
  }

  #add(path: string, depth: number): void {
    if (this.#folders.has(path) || depth > FOLDERS_DEEP) return;
    this.#folders.set(path, { depth, modifiedAt: -1, listedAt: 0, lookAt: 0, files: [] });
  }
}

/** The regular file of that name as it is now; undefined where there is none. */
export async function find(root: string, path: string): Promise<Found | undefined> {
  const absolute = join(root, path);
  try {
    const stats = await lstat(absolute, { bigint: true });
    if (!stats.isFile()) return undefined;
    const inode = inodeOf(stats);
    return { inode, path, absolute, size: Number(stats.size), modifiedAt: Number(stats.mtimeNs) / 1e6 };
  } catch {
    return undefined;
  }
}

function folderOf(path: string): string {
  const folder = dirname(path);
  return folder === '.' ? '' : folder;
}
