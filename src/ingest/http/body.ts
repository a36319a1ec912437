import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { HttpLimits } from './limits.ts';

const decompressors: Readonly<Record<string, () => Transform & { readonly bytesWritten: number }>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
};

/** What a body of `headers` would need at least; throws where that is refused before a byte is read. */
function expected(request: IncomingMessage, limits: HttpLimits): string {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && !Object.hasOwn(decompressors, encoding))
    throw new BridgewatchError(
      'INGEST_BODY_ENCODING',
      `content-encoding '${encoding.slice(0, 40)}' is not taken; it is gzip, deflate or none`,
      415,
    );
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > limits.requestBytes) throw tooLarge(`${length} bytes`, limits.requestBytes);
  return encoding;
}

/**
 * The body of a request, decompressed. `hold` is told the bytes that come to be held, as they do, and may throw. Throws the `INGEST_BODY_*` errors. Decompression
 * runs on Node's thread pool, a chunk at a time, and stops at the first byte too many.
 */
export function readBody(request: IncomingMessage, limits: HttpLimits, hold: (bytes: number) => void): Promise<Buffer> {
  const encoding = expected(request, limits);
  return new Promise((resolve, reject) => {
    const unzip = decompressors[encoding]?.();
    const source = unzip ?? request;
    const pieces: Buffer[] = [];
    let sent = 0;
    let size = 0;
    const stall = setTimeout(() => end(stalled(`${limits.stallMs} ms without a byte`)), limits.stallMs);
    const whole = setTimeout(() => end(stalled(`not there after ${limits.bodyMs} ms`)), limits.bodyMs);

    const end = (error?: unknown): void => {
      clearTimeout(stall);
      clearTimeout(whole);
      request.off('data', onSent).off('close', onClose);
      source.off('data', onData).off('end', onEnd);
      if (unzip !== undefined) request.unpipe(unzip);
      unzip?.destroy();
      if (error === undefined) resolve(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, size));
      else reject(error);
    };
    const onSent = (chunk: Buffer): void => {
      sent += chunk.length;
      stall.refresh();
      if (sent > limits.requestBytes) end(tooLarge('more', limits.requestBytes));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      pieces.push(chunk);
      try {
        if (unzip !== undefined && bomb(size, unzip.bytesWritten, limits)) throw expands(unzip.bytesWritten, size);
        hold(chunk.length);
      } catch (error) {
        end(error);
      }
    };
    const onEnd = (): void => end();
    const onClose = (): void => {
      if (!request.complete)
        end(
          new BridgewatchError('INGEST_BODY_INCOMPLETE', `the connection ended after ${sent} bytes of the body`, 400),
        );
    };

    request.on('data', onSent).on('close', onClose).on('error', onClose);
    unzip?.on('error', (error: Error) =>
      end(new BridgewatchError('INGEST_BODY_CORRUPT', `the ${encoding} body is damaged: ${error.message}`, 400)),
    );
    source.on('data', onData).on('end', onEnd);
    if (unzip !== undefined) request.pipe(unzip);
  });
}

function bomb(size: number, sent: number, limits: HttpLimits): boolean {
  return size > limits.decompressedBytes || (size > limits.ratioBytes && size > sent * limits.ratio);
}

function tooLarge(found: string, limit: number): BridgewatchError {
  return new BridgewatchError(
    'INGEST_BODY_TOO_LARGE',
    `the body has ${found}; at most ${limit} bytes are taken at once`,
    413,
  );
}

function expands(sent: number, size: number): BridgewatchError {
  return new BridgewatchError('INGEST_BODY_EXPANDS', `${sent} bytes gave ${size} and more; send less at once`, 413);
}

function stalled(found: string): BridgewatchError {
  return new BridgewatchError('INGEST_BODY_STALLED', `the body stopped coming: ${found}`, 408);
}
