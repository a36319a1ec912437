import { createGunzip } from 'node:zlib';
import type { IngestLimits } from '../../limits.ts';
import { FileProblem } from '../../reject.ts';

/** Compressed bytes given to zlib at a time: at most 1,032 times as much comes out, 16 MiB, before anyone looks. */
const PIECE = 16 * 1024;

export function isGzip(head: Buffer): boolean {
  return head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Decompresses gzip, several members too. Everything that could be decompressed is yielded before a problem is thrown
 * (`FileProblem` INGEST_GZIP_TRUNCATED, _CORRUPT, _BOMB): a plain stream pipeline would drop what it holds when it fails,
 * and with it the last readable events of a file whose writer crashed. zlib works on its own thread while the caller
 * parses, one piece ahead.
 */
export async function* gunzip(source: AsyncIterable<Buffer>, limits: IngestLimits): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize: 256 * 1024 });
  let output: Buffer[] = [];
  let failure: NodeJS.ErrnoException | undefined;
  let consumed = 0;
  let produced = 0;
  stream.on('data', (chunk: Buffer) => output.push(chunk));
  let wake: () => void = () => undefined;
  stream.on('error', (error) => {
    failure = error;
    wake();
  });
  // A write that fails calls no callback in some versions of Node, only the error event: whichever comes first.
  const settle = (start: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      start(resolve);
    });
  const take = (): Buffer[] => {
    while (stream.read() !== null);
    const taken = output;
    output = [];
    for (const chunk of taken) produced += chunk.length;
    return taken;
  };
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length && failure === undefined; at += PIECE) {
        const piece = chunk.subarray(at, at + PIECE);
        consumed += piece.length;
        const written = settle((done) => stream.write(piece, () => done()));
        yield* take();
        await written;
        if (produced > limits.gzipBytes && produced > consumed * limits.gzipRatio) {
          throw new FileProblem(
            'INGEST_GZIP_BOMB',
            `${produced} bytes out of ${consumed}, over ${limits.gzipRatio} times`,
          );
        }
      }
      if (failure !== undefined) break;
    }
    if (failure === undefined) {
      await settle((done) => {
        stream.once('end', done);
        stream.end();
      });
    }
    yield* take();
    if (failure !== undefined) throw problem(failure, produced);
  } finally {
    stream.destroy();
  }
}

function problem(failure: NodeJS.ErrnoException, produced: number): FileProblem {
  const truncated = failure.code === 'Z_BUF_ERROR';
  return new FileProblem(
    truncated ? 'INGEST_GZIP_TRUNCATED' : 'INGEST_GZIP_CORRUPT',
    `after ${produced} bytes (${failure.message})`,
  );
}
