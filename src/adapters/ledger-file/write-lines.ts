import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { unreadable } from './gzip-lines.ts';

const LINES_A_CHUNK = 200;

/** Writes lines to a gzip file (mode 0600), complete or not there at all. Throws `LEDGER_FILE_UNREADABLE`. */
export async function writeGzipLines(file: string, lines: AsyncIterable<string>): Promise<void> {
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    await pipeline(
      Readable.from(chunks(lines)),
      createGzip(),
      createWriteStream(partial, { mode: 0o600, flags: 'wx' }),
    );
    const written = await open(partial, 'r+');
    await written.sync().finally(() => written.close());
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    const isFile = error instanceof Error && 'path' in error;
    throw isFile ? unreadable(file, error) : error;
  }
}

async function* chunks(lines: AsyncIterable<string>): AsyncIterable<string> {
  let chunk: string[] = [];
  for await (const line of lines) {
    chunk.push(line, '\n');
    if (chunk.length < 2 * LINES_A_CHUNK) continue;
    yield chunk.join('');
    chunk = [];
  }
  yield chunk.join('');
}
