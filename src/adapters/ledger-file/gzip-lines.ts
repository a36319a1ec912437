import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BridgewatchError } from '../../kernel/errors.ts';
import { damagedExport } from '../../ledger/export-format.ts';

/** An entry's payload has at most 4 MiB, and JSON writes no byte of it with more than six. */
const LONGEST_LINE = 32 * 1024 * 1024;
const NEWLINE = 10;

/**
 * The lines of a gzip file, in the batches in which they are unpacked; one line is in memory, however large the file.
 * Throws `LEDGER_EXPORT_DAMAGED` and `LEDGER_FILE_UNREADABLE`.
 */
export async function* gzipLines(file: string): AsyncIterable<readonly string[]> {
  // Errors of either stream come out of the loop below.
  const chunks: AsyncIterable<Buffer> = pipeline(createReadStream(file), createGunzip(), () => undefined);
  let held: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of chunks) {
      const end = chunk.lastIndexOf(NEWLINE);
      size += chunk.length;
      if (end === -1) {
        held.push(chunk);
      } else {
        const whole = Buffer.concat([...held, chunk.subarray(0, end)]);
        held = [chunk.subarray(end + 1)];
        size = chunk.length - end - 1;
        yield whole.toString('utf8').split('\n');
      }
      if (size > LONGEST_LINE) throw damagedExport(`a line is longer than ${LONGEST_LINE} bytes`);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_')) throw damagedExport(`it is not a whole gzip file (${code})`, error);
    throw error instanceof BridgewatchError || !code.startsWith('E') ? error : unreadable(file, error);
  }
  if (size > 0) throw damagedExport('it ends in the middle of a line');
}

/** A file that the operating system does not give. */
export function unreadable(file: string, cause: unknown): BridgewatchError {
  return new BridgewatchError(
    'LEDGER_FILE_UNREADABLE',
    `${file} cannot be read or written (${cause instanceof Error ? cause.message : String(cause)})`,
    400,
    { cause },
  );
}
