import { createReadStream } from 'node:fs';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { IngestLimits } from '../../limits.ts';
import { FileProblem } from '../../reject.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { STDIN } from './list.ts';

/** Bytes handed on at a time: what bounds how many events one step can make. */
const CHUNK = 256 * 1024;

async function* read(file: string): AsyncGenerator<Buffer> {
  const stream = file === STDIN ? process.stdin : createReadStream(file, { highWaterMark: CHUNK });
  let any = false;
  try {
    for await (const chunk of stream) {
      any = true;
      yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (any) throw new FileProblem('INGEST_READ_FAILED', code);
    throw new BridgewatchError(
      'INGEST_FILE_UNREADABLE',
      `${file} cannot be read (${code}); check that it is a file you may read`,
      400,
      { cause: error },
    );
  }
}

async function* prepend(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Takes the first bytes off a stream: at least `size`, or all there is. */
async function peek(source: AsyncIterator<Buffer>, size: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  while (length < size) {
    const next = await source.next();
    if (next.done === true) break;
    pieces.push(next.value);
    length += next.value.length;
  }
  return Buffer.concat(pieces);
}

/** UTF-16 with a byte order mark (what PowerShell's `>` writes) as UTF-8. */
async function* fromUtf16(source: AsyncIterable<Buffer>, encoding: 'utf-16le' | 'utf-16be'): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for await (const chunk of source) yield Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8');
  const rest = decoder.decode();
  if (rest !== '') yield Buffer.from(rest, 'utf8');
}

async function* sliced(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    if (chunk.length <= CHUNK) yield chunk;
    else for (let at = 0; at < chunk.length; at += CHUNK) yield chunk.subarray(at, at + CHUNK);
  }
}

/**
 * The text of a file as UTF-8 bytes: gzip (by its magic number) undone, UTF-16 (by its byte order mark) converted, a
 * UTF-8 byte order mark still there. Throws `INGEST_FILE_UNREADABLE`; `FileProblem` after the last good byte.
 */
export function contentOf(file: string, limits: IngestLimits): AsyncGenerator<Buffer> {
  return contentFrom(read(file), limits);
}

/** As `contentOf`, of a file's bytes from its beginning. */
export async function* contentFrom(raw: AsyncIterator<Buffer>, limits: IngestLimits): AsyncGenerator<Buffer> {
  const magic = await peek(raw, 2);
  const bytes = isGzip(magic) ? gunzip(prepend(magic, raw), limits) : prepend(magic, raw);
  const head = await peek(bytes, 2);
  const whole = prepend(head, bytes);
  if (head[0] === 0xff && head[1] === 0xfe) yield* sliced(fromUtf16(whole, 'utf-16le'));
  else if (head[0] === 0xfe && head[1] === 0xff) yield* sliced(fromUtf16(whole, 'utf-16be'));
  else yield* sliced(whole);
}
