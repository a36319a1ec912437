import { mkdirSync, statfsSync } from 'node:fs';
import { open, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';
import { BridgewatchError } from '../../kernel/errors.ts';

/**
 * Address space of an environment, not memory and not disk. Every process that opens one takes the same: where one of them had less, it
 * could not follow when another makes the file longer.
 */
const MAP_BYTES = 2 ** 40;

/** Codes of a write that found no room: ENOSPC, EDQUOT, MDB_MAP_FULL. */
const FULL = new Set([28, 122, -30792]);
/** EIO: what LMDB makes of a write that was cut short, which is how a disk begins to be full. */
const CUT_SHORT = 5;

/**
 * An LMDB environment in the folder `path`, made where it is not there, open to this user only. A commit is fsynced before it
 * is visible or told: `overlappingSync` would tell first.
 */
export function openEnvironment(path: string, databases: number): RootDatabase<Buffer, string> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  // `permissionsMode` is missing from the library's types.
  const options: RootDatabaseOptionsWithPath & { readonly permissionsMode: number } = {
    path,
    noSubdir: false,
    overlappingSync: false,
    // Writes of one event turn would share a block whose own promise nobody holds: when it fails, it takes the process along.
    eventTurnBatching: false,
    mapSize: MAP_BYTES,
    maxDbs: databases,
    encoding: 'binary',
    permissionsMode: 0o600,
  };
  const root = open<Buffer, string>(options);
  // A process that was killed at a read keeps the pages of that moment from being used again, and its place among the readers.
  root.readerCheck();
  return root;
}

/** Bytes left for others than root on the disk that `path` is on. */
export function bytesLeft(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** What a disk without room is called, by whose it is. */
export const full = {
  log: {
    code: 'LOG_FULL',
    status: 503,
    message: 'the disk of the event log is full; nothing of this was kept; make room and send again',
  },
  positions: {
    code: 'POSITIONS_FULL',
    status: 503,
    message:
      'the disk is full; how far files were read is not kept; make room and they are read again from where they were',
  },
} as const;

type Full = (typeof full)[keyof typeof full];

/** The error of a failed commit as the product's own. Nothing of the commit was kept. */
export async function explained(error: unknown, path: string, named: Full): Promise<unknown> {
  // Asynchronous writes fail with one error that holds a promise of the other, which says why.
  const cause = await (error as { commitError?: Promise<never> }).commitError?.catch((why: unknown) => why);
  return diskError(cause ?? error, path, named);
}

/** As `explained`, of a synchronous commit. */
export function diskError(error: unknown, path: string, { code, status, message }: Full): unknown {
  const found = (error as { code?: unknown }).code;
  if (typeof found !== 'number') return error;
  if (!FULL.has(found) && !(found === CUT_SHORT && bytesLeft(path) < 1024 * 1024)) return error;
  return new BridgewatchError(code, `${path}: ${message}`, status, { cause: error });
}
