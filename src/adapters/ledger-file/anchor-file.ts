import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { BridgewatchError } from '../../kernel/errors.ts';
import { anchorLine, readAnchor } from '../../ledger/anchor.ts';
import type { SignedCheckpoint } from '../../ledger/checkpoint.ts';
import type { KeptCheckpoint } from '../../ledger/witness.ts';
import { unreadable } from './gzip-lines.ts';

/** What an anchor file holds, by tenant. Throws `LEDGER_FILE_UNREADABLE` and as `readAnchor`. */
export function readAnchorFile(file: string): ReadonlyMap<string, readonly KeptCheckpoint[]> {
  requireFile(file);
  try {
    return readAnchor(file, readFileSync(file, 'utf8'));
  } catch (error) {
    throw error instanceof BridgewatchError ? error : unreadable(file, error);
  }
}

/** The tenants' anchored checkpoints so far: none where there is no file yet. Throws as `readAnchorFile`. */
export function readAnchorSoFar(file: string): ReadonlyMap<string, readonly KeptCheckpoint[]> {
  requireFile(file);
  return existsSync(file) ? readAnchorFile(file) : new Map();
}

/** Puts signed checkpoints at the end of an anchor file, on disk when this returns. Throws `LEDGER_FILE_UNREADABLE`. */
export function appendToAnchor(file: string, signed: readonly SignedCheckpoint[]): void {
  requireFile(file);
  try {
    const anchor = openSync(file, 'a', 0o644);
    try {
      writeSync(anchor, signed.map((each) => `${anchorLine(each)}\n`).join(''));
      fsyncSync(anchor);
    } finally {
      closeSync(anchor);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Throws `LEDGER_ANCHOR_NOT_A_FILE` for what looks like a URL. */
function requireFile(file: string): void {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(file)) return;
  throw new BridgewatchError(
    'LEDGER_ANCHOR_NOT_A_FILE',
    `${file} is a URL; an anchor is a file as yet, best on another machine or on media that can only be appended to`,
    400,
  );
}
