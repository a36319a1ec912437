import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Connection, withClient } from '../connection.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { ensureCluster, removeLeftovers } from './cluster.ts';
import { homeFolder, openHome, STAGING } from './home.ts';
import { isPostmaster, readPostmaster } from './postmaster.ts';
import { lockHolder } from './server-lock.ts';
import { connectionTo, type Log, supervise } from './supervisor.ts';

export type { Log } from './supervisor.ts';

export interface EmbeddedServer {
  /** The owner's road in. The application signs in with less: see roles.ts. */
  readonly owner: Connection;
  postmasterPid(): number;
  /** True when a postmaster that a killed server had left was taken over. */
  readonly adopted: boolean;
  /** Ends PostgreSQL in order. May be called more than once. */
  readonly stop: () => Promise<void>;
}

export interface EmbeddedOptions {
  readonly log: Log;
  /** Other binaries than the ones npm brought for this platform. */
  readonly binaries?: Binaries;
  /** Another folder for what must be staged than /var/lib/bridgewatch. */
  readonly staging?: string;
}

const DATABASE = 'bridgewatch';

/**
 * Runs PostgreSQL in `<dataDir>/postgres`: makes the cluster once, starts it or adopts the one a killed server left, keeps it
 * running, and holds the folder against a second server until stopped. Throws `EMBEDDED_*`.
 */
export async function startEmbedded(dataDir: string, options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { log } = options;
  const folder = resolve(dataDir);
  const home = openHome(folder, options.binaries ?? findBinaries(), options.staging ?? STAGING, log);
  await ensureCluster(folder, home);
  const { server, lock, adopted, postmasterPid, stop } = await supervise(folder, home, log);
  try {
    removeLeftovers(home);
    const present = await lock.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (present.rowCount === 0) await lock.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { owner: { ...server, database: DATABASE }, postmasterPid, adopted, stop };
}

/** How to reach the store of a Bridgewatch server that is running on `dataDir` now; null when none is. */
export async function findRunning(dataDir: string): Promise<Connection | null> {
  const folder = resolve(dataDir);
  const cluster = join(homeFolder(folder), 'cluster');
  const found = existsSync(cluster) ? readPostmaster({ cluster }) : null;
  if (found === null || !isPostmaster(found)) return null;
  const connection = connectionTo(found, folder);
  try {
    const holder = await withClient(connection, 'bridgewatch', lockHolder);
    return holder === null ? null : { ...connection, database: DATABASE };
  } catch {
    return null;
  }
}
