import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BridgewatchError } from '../../kernel/errors.ts';
import { type Connection, connectionOf } from './connection.ts';
import { homeFolder } from './embedded/home.ts';
import { findRunning, type Log, startEmbedded } from './embedded/server.ts';

/** Which store a command is about. */
export type StorePlace = { readonly dataDir: string } | { readonly databaseUrl: string };

/** From a command's options and environment; throws `STATE_NO_PLACE` when none names a store. */
export function storePlace(
  options: { readonly data?: string | undefined; readonly databaseUrl?: string | undefined },
  environment: NodeJS.ProcessEnv,
): StorePlace {
  if (options.databaseUrl !== undefined) return { databaseUrl: options.databaseUrl };
  if (options.data !== undefined) return { dataDir: resolve(options.data) };
  const databaseUrl = environment.DATABASE_URL;
  if (databaseUrl !== undefined && databaseUrl !== '') return { databaseUrl };
  throw new BridgewatchError(
    'STATE_NO_PLACE',
    'No store was named; give --data <folder>, --database-url <url> or set DATABASE_URL',
  );
}

/**
 * Runs `work` with the owner's road into a store, whether or not a server is running on it: a data folder's PostgreSQL is
 * reached where it runs, or started for the occasion and stopped again. Throws `STATE_NO_STORE` unless `mayCreate`.
 */
export async function withOwner<T>(
  place: StorePlace,
  { log, mayCreate }: { readonly log: Log; readonly mayCreate: boolean },
  work: (owner: Connection) => Promise<T>,
): Promise<T> {
  if ('databaseUrl' in place) return await work(connectionOf(place.databaseUrl));
  const { dataDir } = place;
  if (!mayCreate && !existsSync(join(homeFolder(dataDir), 'cluster'))) {
    throw new BridgewatchError(
      'STATE_NO_STORE',
      `There is no store in ${dataDir} that this user may look into; give the folder a Bridgewatch server was started with`,
    );
  }
  const running = await findRunning(dataDir);
  if (running !== null) return await work(running);
  const server = await startEmbedded(dataDir, { log });
  try {
    return await work(server.owner);
  } finally {
    await server.stop();
  }
}
