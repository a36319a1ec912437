import type { NodePgQueryResultHKT } from 'drizzle-orm/node-postgres';
import type { PgDatabase } from 'drizzle-orm/pg-core';
import pg from 'pg';

/** Where a server is and as whom to speak to it. Plain data, so that it can be spread and changed. */
export interface Connection {
  /** A host name, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly ssl: pg.ClientConfig['ssl'];
}

/** A drizzle handle that queries may be sent through: a pool's or, nearly always, one transaction's. */
export type Queries = PgDatabase<NodePgQueryResultHKT, Record<string, never>>;

/** Reads a `postgresql://` URL the way node-postgres does, environment variables included. */
export function connectionOf(databaseUrl: string): Connection {
  const { host, port, database, user, password, ssl } = new pg.Client({ connectionString: databaseUrl });
  return {
    host,
    port,
    database: database ?? 'bridgewatch',
    user: user ?? 'bridgewatch',
    password: typeof password === 'string' ? password : undefined,
    ssl,
  };
}

/** node-postgres options of a connection. */
export function clientConfig(connection: Connection, name: string): pg.ClientConfig {
  const { password, ssl, ...rest } = connection;
  return {
    ...rest,
    ...(password === undefined ? {} : { password }),
    ...(ssl === undefined ? {} : { ssl }),
    application_name: name,
  };
}

/** Runs `work` on one connection of its own and closes it. */
export async function withClient<T>(
  connection: Connection,
  name: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(clientConfig(connection, name));
  // Without a listener a connection that breaks while idle would end the process; the query in flight rejects anyway.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
