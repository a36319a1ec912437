import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { schemaName } from '../migrate.ts';
import { backedUp, damaged, FORMAT, Header, LONGEST_LINE, Row, TableLine, Trailer } from './format.ts';

const NEWLINE = 10;

/** What a backup holds, line by line. `receive` is given each table's rows in order; the promise holds the trailer. */
export interface BackupReceiver {
  table(line: TableLine): Promise<void>;
  row(row: Row): Promise<void>;
}

/**
 * Reads a backup from beginning to end and checks all of it: shape of every line, tables in order, rows counted, digest.
 * Nothing received may be kept unless this returns. Throws `BACKUP_DAMAGED`, `BACKUP_OTHER_SCHEMA`, `BACKUP_NOT_FOUND`.
 */
export async function readBackup(file: string, receive: BackupReceiver): Promise<{ header: Header; trailer: Trailer }> {
  const digest = createHash('sha256');
  const rows: Record<string, number> = {};
  const expected: string[] = [...backedUp];
  let header: Header | null = null;
  let table: TableLine | null = null;
  let trailer: Trailer | null = null;

  const take = async (line: Buffer): Promise<void> => {
    if (trailer !== null) throw damaged('there is more after its end');
    const value = parseLine(line);
    if (header === null) {
      header = readHeader(value);
    } else if (Array.isArray(value)) {
      if (table === null) throw damaged('it has rows before any table');
      const row = shaped(Row, value);
      if (row.length !== table.columns.length) throw damaged(`a row of ${table.table} has ${row.length} values`);
      rows[table.table] = (rows[table.table] ?? 0) + 1;
      await receive.row(row);
    } else if (isTrailer(value)) {
      trailer = shaped(Trailer, value);
      return;
    } else {
      table = shaped(TableLine, value);
      if (table.table !== expected.shift()) throw damaged(`table ${table.table} is out of place`);
      rows[table.table] = 0;
      await receive.table(table);
    }
    digest.update(line).update('\n');
  };

  await eachLine(file, take);
  if (header === null || trailer === null || expected.length > 0) throw damaged('it ends too early');
  const end: Trailer = trailer;
  if (end.sha256 !== digest.digest('hex')) throw damaged('its content does not have the digest it states');
  for (const name of backedUp) {
    if (end.rows[name] !== rows[name])
      throw damaged(`it states ${end.rows[name]} rows of ${name} and has ${rows[name]}`);
  }
  return { header, trailer: end };
}

function readHeader(value: unknown): Header {
  const parsed = Header.safeParse(value);
  if (!parsed.success) throw damaged(`it does not begin like a ${FORMAT} of version 1`);
  if (parsed.data.schema !== schemaName()) {
    throw new BridgewatchError(
      'BACKUP_OTHER_SCHEMA',
      `The backup was made with schema ${parsed.data.schema} and this version has ${schemaName()}; restore it with the version that made it, then upgrade`,
      400,
    );
  }
  return parsed.data;
}

function isTrailer(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'end' in value;
}

function shaped<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw damaged('a line does not have the shape of one');
  return parsed.data;
}

function parseLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw damaged('a line is not JSON', cause);
  }
}

async function eachLine(file: string, take: (line: Buffer) => Promise<void>): Promise<void> {
  try {
    await pipeline(createReadStream(file), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      let held: Buffer[] = [];
      let size = 0;
      for await (const chunk of chunks) {
        let from = 0;
        for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
          await take(Buffer.concat([...held, chunk.subarray(from, at)]));
          held = [];
          size = 0;
          from = at + 1;
        }
        const rest = chunk.subarray(from);
        size += rest.length;
        if (size > LONGEST_LINE) throw damaged(`a line is longer than ${LONGEST_LINE} bytes`);
        if (rest.length > 0) held.push(rest);
      }
      if (held.length > 0) throw damaged('it ends in the middle of a line');
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT')
      throw new BridgewatchError('BACKUP_NOT_FOUND', `There is no backup at ${file}`, 400, { cause: error });
    if (code.startsWith('Z_')) throw damaged(`it is not a whole gzip file (${code})`, error);
    throw error;
  }
}
