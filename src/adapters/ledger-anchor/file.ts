import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { BridgewatchError } from '../../kernel/errors.ts';
import { readAnchor } from '../../ledger/anchor.ts';
import { unreadable } from '../ledger-file/gzip-lines.ts';
import type { Anchor } from './anchor.ts';

/** A file that somebody else keeps, or media that can only be appended to. Its calls throw `LEDGER_FILE_UNREADABLE`. */
export function fileAnchor(file: string): Anchor {
  const read = async () => {
    try {
      return readAnchor(file, readFileSync(file, 'utf8'));
    } catch (error) {
      throw error instanceof BridgewatchError ? error : unreadable(file, error);
    }
  };
  return {
    read,
    readSoFar: async () => (existsSync(file) ? await read() : new Map()),
    async append(lines) {
      try {
        const anchor = openSync(file, 'a', 0o644);
        try {
          writeSync(anchor, lines);
          // On disk when this returns.
          fsyncSync(anchor);
        } finally {
          closeSync(anchor);
        }
      } catch (error) {
        throw unreadable(file, error);
      }
    },
  };
}
