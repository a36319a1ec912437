import { open, readdir, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { LakeFile } from '../../contracts/lake.ts';
import { pathOf, TMP, wordsName } from './durable.ts';

/**
 * Now, as the lake's file system tells it: ages of files are compared with this, never with our own clock. That one may be another machine's,
 * or run through a fortnight in a minute, and a file that a worker is about to list must not seem old.
 */
async function fileSystemNow(root: string): Promise<number> {
  const probe = join(root, TMP, 'now');
  const file = await open(probe, 'w');
  await file.write('now');
  await file.close();
  return (await stat(probe)).mtimeMs;
}

/** Begins the grace period of files that are about to be unlisted: a question that has their names may still open them. */
export async function touch(root: string, files: readonly LakeFile[]): Promise<void> {
  const now = (await fileSystemNow(root)) / 1000;
  for (const { name } of files) {
    for (const path of [pathOf(root, name), pathOf(root, name).replace(/\.parquet$/, '.words')]) {
      await utimes(path, now, now).catch(ignoreAbsent);
    }
  }
}

/** Deletes files that are not listed and were not touched for `graceMs`; returns how many. */
export async function sweepFiles(root: string, listed: readonly LakeFile[], graceMs: number): Promise<number> {
  const keep = new Set(listed.flatMap(({ name }) => [name, wordsName(name)]));
  const before = (await fileSystemNow(root)) - graceMs;
  let removed = await removeOld(root, TMP, keep, before);
  for (const tenant of await entries(root)) {
    if (!tenant.startsWith('tenant=')) continue;
    for (const hour of await entries(join(root, tenant))) {
      if (!hour.startsWith('hour=')) continue;
      const folder = `${tenant}/${hour}`;
      removed += await removeOld(root, folder, keep, before);
      await removeEmpty(join(root, folder), before);
    }
  }
  return removed;
}

async function removeOld(root: string, folder: string, keep: ReadonlySet<string>, before: number): Promise<number> {
  let removed = 0;
  for (const name of await entries(join(root, folder))) {
    if (keep.has(`${folder}/${name}`)) continue;
    const path = join(root, folder, name);
    const found = await stat(path).catch(ignoreAbsent);
    if (found === undefined || found.mtimeMs > before) continue;
    await rm(path, { force: true, recursive: true });
    removed += 1;
  }
  return removed;
}

/** A worker may be about to put a file there: only a folder that nothing happened in for as long is taken away. */
async function removeEmpty(folder: string, before: number): Promise<void> {
  const found = await stat(folder).catch(ignoreAbsent);
  if (found === undefined || found.mtimeMs > before || (await entries(folder)).length > 0) return;
  await rmdir(folder).catch(() => undefined);
}

async function entries(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ignoreAbsent)) ?? [];
}

function ignoreAbsent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
