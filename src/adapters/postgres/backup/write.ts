import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import type { Clock } from '../../../ports/clock.ts';
import type { Connection } from '../connection.ts';
import { inMaintenance } from '../maintenance.ts';
import { schemaName } from '../migrate.ts';
import { backedUp, FORMAT, type Header, type TableLine, type Trailer } from './format.ts';
import { appendToSystemChain } from './system-chain.ts';

const ROWS_A_FETCH = 64;

export interface BackupResult {
  readonly file: string;
  readonly rows: Readonly<Record<string, number>>;
  /** Digest of the content, as in the trailer. */
  readonly sha256: string;
}

/**
 * Writes the whole store, as one snapshot, to `file` (mode 0600, complete or not there at all), while it may be in use.
 * The system chain gets the intent before the snapshot, so that the backup contains it, and the outcome after.
 */
export async function writeBackup(
  owner: Connection,
  file: string,
  clock: Clock,
  version: string,
): Promise<BackupResult> {
  const path = resolve(file);
  const backup = randomUUID();
  const record = (type: string, payload: unknown) =>
    appendToSystemChain(owner, clock, version, { type, id: backup, payload });
  await record('backup.started', { file: path });
  const partial = `${path}.${backup}.partial`;
  try {
    const trailer = await inMaintenance(owner, 'read', (client) => writeFile(client, partial, clock));
    await rename(partial, path);
    await record('backup.written', { file: path, rows: trailer.rows, sha256: trailer.sha256 });
    return { file: path, rows: trailer.rows, sha256: trailer.sha256 };
  } catch (error) {
    await rm(partial, { force: true });
    await record('backup.failed', { file: path, reason: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

async function writeFile(client: pg.Client, path: string, clock: Clock): Promise<Trailer> {
  const rows: Record<string, number> = {};
  const digest = createHash('sha256');
  let trailer: Trailer = { end: true, rows, sha256: '' };
  const lines = async function* (): AsyncIterable<string> {
    for await (const value of content(client, clock, rows)) {
      const line = `${JSON.stringify(value)}\n`;
      digest.update(line);
      yield line;
    }
    trailer = { end: true, rows, sha256: digest.digest('hex') };
    yield `${JSON.stringify(trailer)}\n`;
  };
  await pipeline(Readable.from(lines()), createGzip(), createWriteStream(path, { mode: 0o600, flags: 'wx' }));
  const written = await open(path, 'r+');
  await written.sync().finally(() => written.close());
  return trailer;
}

async function* content(client: pg.Client, clock: Clock, rows: Record<string, number>): AsyncIterable<unknown> {
  const createdAt = new Date(clock.now()).toISOString();
  yield { format: FORMAT, version: 1, schema: schemaName(), createdAt, tables: [...backedUp] } satisfies Header;
  // Text forms that read back as the same value on any server.
  await client.query(
    `SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC'`,
  );
  for (const table of backedUp) {
    const columns = await columnsOf(client, table);
    yield { table, columns } satisfies TableLine;
    const values = columns.map(({ name }) => `${pg.escapeIdentifier(name)}::text`).join(', ');
    await client.query(`DECLARE backup NO SCROLL CURSOR FOR SELECT ${values} FROM ${pg.escapeIdentifier(table)}`);
    let count = 0;
    for (;;) {
      const fetched = await client.query<(string | null)[]>({
        text: `FETCH ${ROWS_A_FETCH} FROM backup`,
        rowMode: 'array',
      });
      yield* fetched.rows;
      count += fetched.rows.length;
      if (fetched.rows.length < ROWS_A_FETCH) break;
    }
    await client.query('CLOSE backup');
    rows[table] = count;
  }
}

async function columnsOf(client: pg.Client, table: string): Promise<TableLine['columns']> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = ('public.' || quote_ident($1))::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  return rows;
}
