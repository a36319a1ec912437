import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defaultLimits } from '../../../limits.ts';
import { type Reject, rejectCodes } from '../../../reject.ts';
import { listFiles, STDIN } from '../list.ts';
import { chainStart } from './chain.ts';
import { digest, type Ground, refuse, Stopped } from './ground.ts';
import { KnownContents } from './known.ts';
import type { WatchOptions } from './watch.ts';
import { inodeOf, WatchedFile } from './watched-file.ts';
import { headOf, openWhole, readWhole } from './whole.ts';

export interface OnceOptions extends Omit<WatchOptions, 'folder' | 'globs' | 'settleMs' | 'warn'> {
  readonly signal: AbortSignal;
  readonly onReject?: (reject: Reject) => void;
}

export interface OnceRead {
  /** Events taken: what had been read before is not among them. */
  readonly events: number;
  readonly files: number;
}

/**
 * Reads files (or folders, or `-`, standard input) once to their end, from where they were left the last time. Returns early when the signal
 * aborts. Throws `INGEST_FILE_MISSING`, `INGEST_FILE_UNREADABLE` before anything is read.
 */
export async function readFilesOnce(paths: readonly string[], options: OnceOptions): Promise<OnceRead> {
  const { source, intake, clock, positions, limits, readText, onReject, signal } = options;
  const ground: Ground = {
    source,
    intake,
    clock,
    known: new KnownContents(positions, source),
    limits: { ...defaultLimits, ...limits },
    readText,
    anyText: false,
    onReject,
    settleMs: 0,
    restMs: 0,
    once: true,
    signal,
    present: () => true,
  };
  const files = await listFiles(paths);
  let events = 0;
  let read = 0;
  for (const file of files) {
    if (signal.aborted) break;
    try {
      events += file === STDIN ? await fromStdin(ground) : await fromFile(ground, resolve(file));
      read += 1;
    } catch (error) {
      if (error instanceof Stopped) break;
      const why = (error as NodeJS.ErrnoException).code ?? String(error);
      refuse(ground, file, 'INGEST_READ_FAILED', `${rejectCodes.INGEST_READ_FAILED}: ${why}`);
    }
  }
  return { events, files: read };
}

async function fromFile(ground: Ground, path: string): Promise<number> {
  const stats = await stat(path, { bigint: true });
  const modifiedAt = Number(stats.mtimeNs) / 1e6;
  const found = { inode: inodeOf(stats), path, absolute: path, size: Number(stats.size), modifiedAt };
  const file = new WatchedFile(ground, found);
  try {
    while (await file.read(found));
    return file.taken;
  } finally {
    await file.close();
  }
}

/** It has no place to resume at: what is piped in again has the ids it had. */
async function fromStdin(ground: Ground): Promise<number> {
  const { source, known } = ground;
  const opened = await openWhole(ground, process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>);
  const start = chainStart(source.tenant, source.id, headOf(opened));
  const none = digest(Buffer.alloc(0));
  const outcome = await readWhole(ground, opened, {
    number: known.next(),
    inode: null,
    path: STDIN,
    home: STDIN,
    mode: 'whole',
    start,
    chain: start,
    records: 0,
    offset: 0,
    headBytes: 0,
    head: none,
    lastBytes: 0,
    last: none,
    readAt: 0,
  });
  const { problem, taken, foreign } = outcome;
  if (problem !== undefined) refuse(ground, STDIN, problem.code, problem.message);
  else if (foreign !== undefined) refuse(ground, STDIN, foreign, rejectCodes[foreign]);
  return taken;
}
