import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureSigningKey } from '../src/adapters/ledger-file/signing-key.ts';
import { ensureWrappingKey } from '../src/adapters/ledger-file/wrapping-key.ts';
import { type Connection, withClient } from '../src/adapters/postgres/connection.ts';
import { accountFor } from '../src/adapters/postgres/embedded/account.ts';
import { openStateStore } from '../src/adapters/postgres/store.ts';
import { removeFolder, type ThrowawayStore, testClock, throwawayFolder } from './store.ts';

const BIN = '/usr/lib/postgresql/15/bin';

/** Null when Debian's PostgreSQL 15 is here; else why not. In CI its absence is a fault, not a reason to skip. */
export function postgres15Missing(): string | null {
  if (existsSync(join(BIN, 'initdb'))) return null;
  const why = `no PostgreSQL 15 in ${BIN} (Debian: apt-get install postgresql-15)`;
  if (process.env.CI === 'true') throw new Error(`${why}; in CI it must be there`);
  return why;
}

export interface Postgres15 {
  /** As its superuser, to the database `postgres`. */
  readonly superuser: Connection;
  /** An empty database whose owner may create roles and is no superuser: what DATABASE_URL is asked to be. */
  emptyDatabase(name: string): Promise<string>;
  stop(): void;
}

/** A PostgreSQL 15 of its own on a socket. */
export async function startPostgres15(): Promise<Postgres15> {
  const folder = throwawayFolder();
  const cluster = join(folder, 'cluster');
  const account = accountFor(cluster);
  const identity = account === null ? {} : { uid: account.uid, gid: account.gid };
  if (account !== null) chownSync(folder, account.uid, account.gid);
  chmodSync(folder, 0o700);
  const secret = join(folder, 'password');
  writeFileSync(secret, 'bootstrap\n');
  const run = (name: string, ...args: readonly string[]) => {
    const stdio = ['ignore', 'ignore', 'pipe'] as const;
    const { status, stderr } = spawnSync(join(BIN, name), args, { ...identity, cwd: folder, stdio: [...stdio] });
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  };
  const password = ['-A', 'scram-sha-256', `--pwfile=${secret}`];
  run('initdb', '-D', cluster, '-U', 'postgres', ...password, '-E', 'UTF8', '--locale=C', '--no-sync');
  const options = `-c listen_addresses='' -k '${folder}'`;
  run('pg_ctl', 'start', '-w', '-s', '-D', cluster, '-l', join(folder, 'log'), '-o', options);

  const server = { host: folder, port: 5432, ssl: undefined };
  const bootstrap = { ...server, database: 'postgres', user: 'postgres', password: 'bootstrap' };
  await withClient(bootstrap, 'test', (client) => client.query(`CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'kept'`));
  return {
    superuser: bootstrap,
    async emptyDatabase(name) {
      await withClient(bootstrap, 'test', (client) => client.query(`CREATE DATABASE ${name} OWNER keeper`));
      return `postgresql://keeper:kept@localhost/${name}?host=${encodeURIComponent(folder)}`;
    },
    stop() {
      run('pg_ctl', 'stop', '-s', '-m', 'immediate', '-D', cluster);
      removeFolder(folder);
    },
  };
}

/** A store in a PostgreSQL 15 of its own. */
export async function openPostgres15Store(): Promise<ThrowawayStore> {
  const server = await startPostgres15();
  const databaseUrl = await server.emptyDatabase('security');
  const clock = testClock();
  const keys = throwawayFolder();
  const [signingKey, wrappingKey] = [ensureSigningKey(keys), ensureWrappingKey(keys)];
  removeFolder(keys);
  const store = await openStateStore({ place: { databaseUrl }, clock, log: () => undefined, signingKey, wrappingKey });
  return {
    store,
    dataDir: null,
    owner: store.owner,
    clock,
    async close() {
      await store.close();
      server.stop();
    },
  };
}
