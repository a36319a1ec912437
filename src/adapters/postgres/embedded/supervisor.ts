import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { type Connection, withClient } from '../connection.ts';
import { OWNER, readPassword } from './cluster.ts';
import type { Home } from './home.ts';
import {
  adopt,
  isPostmaster,
  type Postmaster,
  type RunningPostmaster,
  readPostmaster,
  startPostmaster,
} from './postmaster.ts';
import { lockServer } from './server-lock.ts';
import { removeSocketLink, socketFolder } from './socket.ts';

export type Log = (line: string) => void;

/** A cluster that runs, locked for this process, until stopped. */
export interface Supervised {
  /** To the database `postgres`, as the owner. Stays right when PostgreSQL has to be started again. */
  readonly server: Connection;
  readonly lock: pg.Client;
  readonly adopted: boolean;
  postmasterPid(): number;
  stop(): Promise<void>;
}

/** For a postmaster that is still starting, or ending. */
const ANSWER_MS = 10_000;
/** A PostgreSQL that is lost this often within this time is ill, and starting it again makes nothing better. */
const LOSSES = 5;
const LOSSES_WITHIN_MS = 60_000;

/**
 * Runs PostgreSQL on the cluster, starting it or adopting the one that a killed server left, and brings it back when it is
 * lost: its connection that holds the server lock ends then, whichever way that happened. Throws `EMBEDDED_*`.
 */
export async function supervise(dataDir: string, home: Home, log: Log): Promise<Supervised> {
  readPassword(dataDir);
  const losses: number[] = [];
  let recovery: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | null = null;

  const take = async (host: string | null) => {
    const { postmaster, adopted } = await run(dataDir, home, host, log);
    const server = connectionTo(postmaster, dataDir);
    try {
      const lock = await lockServer(server, dataDir);
      lock.once('end', () => {
        if (stopped === null) recovery = bringBack(postmaster.host);
      });
      return { postmaster, adopted, server, lock };
    } catch (error) {
      // Not where it is in use, also if it was started here: another server may have adopted it in the meantime.
      if (!(error instanceof BridgewatchError && error.code === 'EMBEDDED_IN_USE')) await postmaster.stop();
      throw error;
    }
  };

  const bringBack = async (host: string): Promise<void> => {
    losses.push(performance.now());
    const recent = losses.filter((at) => at > performance.now() - LOSSES_WITHIN_MS).length;
    if (recent > LOSSES) {
      log(
        `PostgreSQL was lost ${recent} times in a minute: giving up. See ${home.logFile} and start Bridgewatch again`,
      );
      return;
    }
    log(`PostgreSQL was lost (see ${home.logFile}): bringing it back`);
    try {
      held = await take(host);
      log(`PostgreSQL is back (process ${held.postmaster.pid}); what was committed is kept`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log(`PostgreSQL could not be brought back: ${why}. Start Bridgewatch again`);
    }
  };

  let held = await take(null);
  const { server, lock, adopted, postmaster } = held;
  if (adopted) log(`adopted the PostgreSQL (process ${postmaster.pid}) that an earlier server left running`);
  const end = async (): Promise<void> => {
    await recovery;
    await held.postmaster.stop();
    removeSocketLink(home, held.postmaster.host);
  };
  return {
    server,
    lock,
    adopted,
    postmasterPid: () => held.postmaster.pid,
    stop: () => {
      stopped ??= end();
      return stopped;
    },
  };
}

/** How the owner reaches a postmaster. */
export function connectionTo({ host, port }: Postmaster, dataDir: string): Connection {
  return { host, port, database: 'postgres', user: OWNER, password: readPassword(dataDir), ssl: undefined };
}

/** A postmaster that answers: one found, or one started. `host` is the socket folder to keep to, where there was one. */
async function run(
  dataDir: string,
  home: Home,
  host: string | null,
  log: Log,
): Promise<{ postmaster: RunningPostmaster; adopted: boolean }> {
  for (;;) {
    const found = readPostmaster(home);
    if (found !== null && isPostmaster(found)) {
      if (await answers(found, dataDir, home)) return { postmaster: adopt(home, found), adopted: true };
      const left = readPostmaster(home);
      if (left !== null && isPostmaster(left)) {
        log(`PostgreSQL (process ${left.pid}) on ${home.cluster} does not answer: stopping it`);
        await adopt(home, left).stop();
      }
    }
    const socket = host !== null && existsSync(host) ? host : socketFolder(home, log);
    const started = await startPostmaster(home, socket);
    if (started !== null) return { postmaster: started, adopted: false };
  }
}

async function answers(found: Postmaster, dataDir: string, home: Home): Promise<boolean> {
  for (const deadline = performance.now() + ANSWER_MS; performance.now() < deadline; await wait(50)) {
    // Read again each time: a starting one has not said yet where it listens, an ending one goes away.
    const now = readPostmaster(home);
    if (now === null || now.pid !== found.pid || !isPostmaster(now)) return false;
    try {
      return await withClient(connectionTo(now, dataDir), 'bridgewatch', async () => true);
    } catch (error) {
      // The wrong password is an answer, and no reason to stop anything.
      if (error instanceof pg.DatabaseError && error.code === '28P01') throw error;
    }
  }
  return false;
}
