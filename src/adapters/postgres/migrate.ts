import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';
import { z } from 'zod';
import { BridgewatchError } from '../../kernel/errors.ts';

const migrationsFolder = join(import.meta.dirname, 'migrations');

const OLDEST_SERVER = 150_000;
/** Any fixed number; two servers that start at once must not migrate at once. */
const MIGRATION_LOCK = 4_112_017_326;

const Journal = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })).min(1) });

/** The migrations this version brings, oldest first; the last one names the shape of the store. */
function migrations(): readonly { tag: string; when: number }[] {
  return Journal.parse(JSON.parse(readFileSync(join(migrationsFolder, 'meta', '_journal.json'), 'utf8'))).entries;
}

/** Name of the newest migration: what a backup must have been made with to be restored here. */
export function schemaName(): string {
  return migrations().at(-1)?.tag ?? '';
}

/**
 * Brings the store to this version's shape, as the owner; returns the migrations applied now.
 * Throws `STATE_POSTGRES_TOO_OLD` and, when a newer version was here before, `STATE_SCHEMA_NEWER`.
 */
export async function bringUpToDate(client: pg.Client, prepare: () => Promise<void>): Promise<readonly string[]> {
  await requireServerVersion(client);
  // Not into a schema that happens to be called like the owner, which PostgreSQL would prefer.
  await client.query('SET search_path TO public');
  await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    await prepare();
    const known = migrations();
    const before = await lastApplied(client);
    const newest = known.at(-1)?.when ?? 0;
    if (before > newest) {
      throw new BridgewatchError(
        'STATE_SCHEMA_NEWER',
        `The store was last used by a newer version of Bridgewatch; this one knows migrations up to ${schemaName()}. Start the newer version`,
      );
    }
    await migrate(drizzle(client), { migrationsFolder });
    return known.filter(({ when }) => when > before).map(({ tag }) => tag);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  }
}

async function requireServerVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: string; name: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS name`,
  );
  const found = rows[0];
  if (found !== undefined && Number(found.number) >= OLDEST_SERVER) return;
  throw new BridgewatchError(
    'STATE_POSTGRES_TOO_OLD',
    `The server is PostgreSQL ${found?.name}; Bridgewatch needs 15 or newer`,
  );
}

async function lastApplied(client: pg.Client): Promise<number> {
  const table = await client.query<{ found: string | null }>(
    `SELECT to_regclass('drizzle.__drizzle_migrations') AS found`,
  );
  if (table.rows[0]?.found == null) return 0;
  const last = await client.query<{ at: string | null }>(
    'SELECT max(created_at) AS at FROM drizzle.__drizzle_migrations',
  );
  return Number(last.rows[0]?.at ?? 0);
}
