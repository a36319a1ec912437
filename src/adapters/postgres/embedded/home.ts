import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { type Account, accountFor, can } from './account.ts';
import { type Binaries, program } from './binaries.ts';

/** Where one store lives and as whom it runs. */
export interface Home {
  /** Holds the cluster, the socket's folder and the log; belongs to whoever PostgreSQL runs as. */
  readonly folder: string;
  readonly cluster: string;
  readonly sockets: string;
  readonly logFile: string;
  /** Where bin/, lib/ and share/ are. */
  readonly native: string;
  /** Null: as this process. */
  readonly account: Account | null;
}

/** Where things go that the account cannot reach where they are. */
export const STAGING = '/var/lib/bridgewatch';

/** `<data>/postgres`, or what it links to. Throws `EMBEDDED_STORE_GONE` where that is no longer there. */
export function homeFolder(dataDir: string): string {
  const folder = join(dataDir, 'postgres');
  if (existsSync(folder)) return realpathSync(folder);
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return folder;
  throw new BridgewatchError(
    'EMBEDDED_STORE_GONE',
    `The store of ${dataDir} was kept in ${readlinkSync(folder)}, which is not there; bring it back, or restore a backup into a new folder`,
  );
}

/** Makes or finds the store's home below `dataDir`, staged elsewhere where its user could not reach it. */
export function openHome(dataDir: string, binaries: Binaries, staging: string, log: (line: string) => void): Home {
  // As root the folder must be passable for the user PostgreSQL runs as; what lies in it has modes of its own.
  mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  const account = accountFor(join(homeFolder(dataDir), 'cluster'));
  if (account === null) {
    mkdirSync(homeFolder(dataDir), { recursive: true, mode: 0o700 });
    return layOut(homeFolder(dataDir), binaries.native, null);
  }
  log(`running as root: PostgreSQL runs as ${account.name}`);
  const native = reachableBinaries(binaries, account, staging, log);
  return layOut(reachableFolder(dataDir, account, staging, log), native, account);
}

function layOut(folder: string, native: string, account: Account | null): Home {
  const home = {
    folder,
    cluster: join(folder, 'cluster'),
    sockets: join(folder, 'socket'),
    logFile: join(folder, 'postgres.log'),
    native,
    account,
  };
  mkdirSync(home.sockets, { recursive: true, mode: 0o700 });
  if (account !== null) lchownSync(home.sockets, account.uid, account.gid);
  return home;
}

function reachableBinaries(
  { native, name }: Binaries,
  account: Account,
  staging: string,
  log: (line: string) => void,
): string {
  const runs = '"$0/bin/postgres" --version && test -r "$0/share/postgresql/postgres.bki"';
  if (can(account, runs, native)) return native;
  const staged = join(staging, name);
  if (!existsSync(program(staged, 'postgres'))) {
    log(`${account.name} cannot reach ${native}: PostgreSQL is copied to ${staged}`);
    mkdirSync(staging, { recursive: true, mode: 0o755 });
    // Copied aside and renamed, so that a copy cut short is never taken for a whole one.
    const partial = mkdtempSync(`${staged}.`);
    cpSync(native, join(partial, 'native'), { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(join(partial, 'native'), staged);
      rmdirSync(partial);
    } catch (error) {
      if (!existsSync(program(staged, 'postgres'))) throw error;
    }
  }
  return staged;
}

function reachableFolder(dataDir: string, account: Account, staging: string, log: (line: string) => void): string {
  const enters = 'cd "$0" && test -w .';
  const present = homeFolder(dataDir);
  mkdirSync(present, { recursive: true, mode: 0o700 });
  // Also where an earlier start was cut short before it could hand the folder over.
  // Never through a link, which might have been laid for root to follow.
  const own = lstatSync(join(dataDir, 'postgres'));
  if (own.isDirectory() && own.uid === 0) chownSync(present, account.uid, account.gid);
  if (can(account, enters, present)) return present;
  // Only the data folder itself is closed: it is ours, and passing through it shows nobody what is in it.
  if (can(account, 'cd "$0"', dirname(dataDir)) && statSync(dataDir).uid === 0) {
    chmodSync(dataDir, (statSync(dataDir).mode & 0o777) | 0o011);
    log(`${account.name} may pass through ${dataDir} now (chmod a+x)`);
    if (can(account, enters, present)) return present;
  }
  try {
    rmdirSync(present);
  } catch (cause) {
    throw new BridgewatchError(
      'EMBEDDED_UNREACHABLE',
      `There is a store in ${present}, and ${account.name}, to whom it belongs, cannot reach it; open the folders above it (chmod a+x) or move the data folder`,
      500,
      { cause },
    );
  }
  mkdirSync(staging, { recursive: true, mode: 0o755 });
  const staged = mkdtempSync(join(staging, `${basename(dataDir)}-`));
  chownSync(staged, account.uid, account.gid);
  symlinkSync(staged, join(dataDir, 'postgres'));
  log(
    `${account.name} cannot reach ${dataDir}: the store is kept in ${staged}, and ${join(dataDir, 'postgres')} links to it`,
  );
  return staged;
}
