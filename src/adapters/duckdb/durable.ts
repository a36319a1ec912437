import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { BridgewatchError } from '../../kernel/errors.ts';

/** Where files are written before they have a name that counts. */
export const TMP = 'tmp';

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Moves a finished file from the lake's `tmp` to its name; when this resolves both the content and the name survive a power cut. */
export async function publish(dir: string, from: string, name: string): Promise<void> {
  const to = join(dir, name);
  await sync(from);
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
  for (let folder = dirname(to); folder.startsWith(dir); folder = dirname(folder)) {
    await sync(folder);
    if (folder === dir || folder === dirname(folder)) break;
  }
}

const tenantName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const hourName = /^\d{4}-\d{2}-\d{2}T\d{2}$/;

/** The folder of a partition below the lake's. Throws `LAKE_PARTITION_INVALID`: nothing that came from outside may name a path. */
export function partition(tenant: string, hour: string): string {
  if (!tenantName.test(tenant) || !hourName.test(hour)) {
    throw new BridgewatchError(
      'LAKE_PARTITION_INVALID',
      `tenant ${JSON.stringify(tenant.slice(0, 80))}, hour ${JSON.stringify(hour.slice(0, 80))}: a tenant is letters, digits, dot, - and _, an hour is like 2026-11-25T07`,
      400,
    );
  }
  return `tenant=${tenant}/hour=${hour}`;
}

const fileName = /^tenant=[A-Za-z0-9][A-Za-z0-9._-]{0,127}\/hour=\d{4}-\d{2}-\d{2}T\d{2}\/[A-Za-z0-9_-]+\.parquet$/;

/** The path of a listed file. Throws `LAKE_PARTITION_INVALID` for a name that is none of the lake's. */
export function pathOf(dir: string, name: string): string {
  if (fileName.test(name)) return dir.endsWith(sep) ? `${dir}${name}` : `${dir}/${name}`;
  throw new BridgewatchError(
    'LAKE_PARTITION_INVALID',
    `${JSON.stringify(name.slice(0, 200))} names no file of the lake`,
  );
}

/** The file beside a Parquet file that says which words its blocks may hold. */
export function wordsName(name: string): string {
  return name.replace(/\.parquet$/, '.words');
}
