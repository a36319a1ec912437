import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { type Connection, clientConfig } from '../connection.ts';

/**
 * One Bridgewatch server a store. The lock is an advisory lock of a connection that stays open: PostgreSQL drops it when
 * the process ends, however it ends, so there is no lock file that a crash could leave behind.
 */
const SERVER_LOCK = 7_316_095_118;
const NAME = 'bridgewatch server';

/** How long the lock of a server killed this moment may linger. */
const LINGERING_MS = 1_000;

/** Takes the lock or throws `EMBEDDED_IN_USE`, naming the process that has it. `dataDir` is for the message. */
export async function lockServer(connection: Connection, dataDir: string): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(connection, `${NAME} ${process.pid}`));
  client.on('error', () => undefined);
  await client.connect();
  for (const deadline = performance.now() + LINGERING_MS; ; await wait(20)) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [SERVER_LOCK]);
    if (rows[0]?.taken === true) return client;
    if (performance.now() < deadline) continue;
    const holder = await lockHolder(client);
    await client.end();
    throw new BridgewatchError(
      'EMBEDDED_IN_USE',
      `Another Bridgewatch server (process ${holder ?? 'unknown'}) is running on ${dataDir}; stop it first, or give this one a data folder of its own`,
      409,
    );
  }
}

/** Process id of the Bridgewatch server that holds the lock, or null. */
export async function lockHolder(client: pg.Client): Promise<number | null> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
       AND (l.classid::bigint << 32) + l.objid::bigint = $1`,
    [SERVER_LOCK],
  );
  const name = rows[0]?.name;
  return name?.startsWith(NAME) === true ? Number(name.slice(NAME.length)) : null;
}
