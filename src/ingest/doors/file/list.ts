import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BridgewatchError } from '../../../kernel/errors.ts';

/** Standard input, by the usual sign. */
export const STDIN = '-';

function problem(path: string, error: unknown): BridgewatchError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new BridgewatchError(
      'INGEST_FILE_MISSING',
      `no file or folder ${path}; give one that exists, or - for standard input`,
      400,
      { cause: error },
    );
  }
  return new BridgewatchError(
    'INGEST_FILE_UNREADABLE',
    `${path} cannot be read (${code ?? String(error)}); check its permissions`,
    400,
    { cause: error },
  );
}

/**
 * The files behind the caller's arguments, in order; a folder stands for the files in it and below, in name order, hidden
 * ones and links to folders left out (a link may lead back up). Throws `INGEST_FILE_MISSING`, `INGEST_FILE_UNREADABLE`.
 */
export async function listFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (path === STDIN) files.push(path);
    else if (await isFolder(path)) await walk(path, files);
    else files.push(path);
  }
  return files;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw problem(path, error);
  }
}

async function walk(folder: string, files: string[]): Promise<void> {
  let entries: Awaited<ReturnType<typeof readFolder>>;
  try {
    entries = await readFolder(folder);
  } catch (error) {
    throw problem(folder, error);
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await walk(path, files);
    else if (entry.isFile() || (entry.isSymbolicLink() && !(await isFolder(path)))) files.push(path);
  }
}

function readFolder(folder: string) {
  return readdir(folder, { withFileTypes: true });
}
