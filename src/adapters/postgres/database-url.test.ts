import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Postgres15, postgres15Missing, startPostgres15 } from '../../../test/postgres15.ts';
import { removeFolder, testClock, throwawayFolder } from '../../../test/store.ts';
import { code } from '../../../test/store-backends.ts';
import { note } from '../../../test/store-rows.ts';
import { connectionOf, withClient } from './connection.ts';
import { startEmbedded } from './embedded/server.ts';
import { requireBoundRole } from './roles.ts';
import { openStateStore } from './store.ts';

const missing = postgres15Missing();
if (missing !== null) console.warn(`DATABASE_URL suite skipped: ${missing}`);

describe.skipIf(missing !== null)('a PostgreSQL of yours', () => {
  let server: Postgres15;
  beforeAll(async () => {
    server = await startPostgres15();
  });
  afterAll(() => {
    server?.stop();
  });
  const open = (databaseUrl: string) =>
    openStateStore({ place: { databaseUrl }, clock: testClock(), log: () => undefined });

  it('is brought up to date once by servers that start at the same moment, and shared by them', async () => {
    const databaseUrl = await server.emptyDatabase('shared');
    const stores = await Promise.all([open(databaseUrl), open(databaseUrl), open(databaseUrl)]);
    const appends = stores.map((store, n) =>
      store.withTenants(['acme'], (tx) => tx.ledger.append('acme', note(`f${n}`))),
    );
    expect((await Promise.all(appends)).map(({ seq }) => seq).toSorted()).toEqual([1, 2, 3]);
    const { chains, problem } = (await stores[0]?.verifyLedger()) ?? {};
    expect(problem).toBeNull();
    expect(chains?.map(({ tenant, entries }) => [tenant, entries])).toEqual([
      ['acme', 3],
      ['system', 1],
    ]);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('may hold two stores, whose logins differ', async () => {
    const urls = [await server.emptyDatabase('first'), await server.emptyDatabase('second')];
    const stores = await Promise.all(urls.map(open));
    const logins = await Promise.all(
      stores.map(async ({ authDb }) => (await authDb.execute('SELECT current_user AS name')).rows[0]?.name),
    );
    expect(new Set(logins).size).toBe(2);
    await Promise.all(stores.map((store) => store.close()));
    const again = await open(urls[0] ?? '');
    await again.close();
  });

  it('is refused where its owner may not make roles, where a newer version was, and where it is no store of ours to bind', async () => {
    await withClient(server.superuser, 'test', async (client) => {
      await client.query(`CREATE ROLE plain LOGIN PASSWORD 'plain'`);
      await client.query('CREATE DATABASE of_plain OWNER plain');
    });
    const { host } = server.superuser;
    const ofPlain = `postgresql://plain:plain@localhost/of_plain?host=${encodeURIComponent(host)}`;
    await expect(open(ofPlain)).rejects.toThrow(code('STATE_CANNOT_CREATE_ROLE'));

    const later = await server.emptyDatabase('later');
    await (await open(later)).close();
    await withClient(connectionOf(later), 'test', (client) =>
      client.query(`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('x', 9999999999999)`),
    );
    await expect(open(later)).rejects.toThrow(code('STATE_SCHEMA_NEWER'));

    const bound = (connection: typeof server.superuser) => withClient(connection, 'test', requireBoundRole);
    await expect(bound(server.superuser)).rejects.toThrow(/is a superuser/);
    await expect(bound(connectionOf(later))).rejects.toThrow(/owns the tables/);
  });

  it('says when nobody answers', async () => {
    await expect(open('postgresql://nobody@localhost/none?host=%2Fnowhere')).rejects.toThrow(code('STATE_UNAVAILABLE'));
  });
});

it('may be a PostgreSQL 18, whose owner is no superuser and where roles are granted more strictly', async () => {
  const dataDir = throwawayFolder();
  const server = await startEmbedded(dataDir, { log: () => undefined });
  await withClient(server.owner, 'test', async (client) => {
    await client.query(`CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'kept'`);
    await client.query('CREATE DATABASE security OWNER keeper');
  });
  const databaseUrl = `postgresql://keeper:kept@localhost/security?host=${encodeURIComponent(server.owner.host)}`;
  for (const entries of [2, 3]) {
    const store = await openStateStore({ place: { databaseUrl }, clock: testClock(), log: () => undefined });
    await store.withTenants(['acme'], (tx) => tx.ledger.append('acme', note('f')));
    expect(await store.verifyLedger()).toMatchObject({ verified: true, entries });
    await store.close();
  }
  await server.stop();
  removeFolder(dataDir);
});
