import { hash } from 'node:crypto';
import { stableId } from '../../../../kernel/ids.ts';
import { ANCHOR_BYTES } from '../../../identity.ts';

const DIGEST_BYTES = 32;

/**
 * Where a content's chain begins: that of `ContentIdentity`, so that a file has the ids it would have when it is read from the command line.
 * @param salt for content that begins like other content of the source and is not a copy of it
 */
export function chainStart(tenant: string, source: string, head: Buffer, salt?: string): string {
  const begins = head.subarray(0, ANCHOR_BYTES).toString('latin1');
  const parts = salt === undefined ? [tenant, source, begins] : [tenant, source, begins, salt];
  return hash('sha256', stableId(...parts), 'hex');
}

/**
 * The content chain of `src/ingest/identity.ts`, which can be put down and taken up again: its digest after n records says "these records in
 * this order", so it gives the next record its id, and tells whether other content begins with the same n records. All records enter it,
 * those with a native id too.
 */
export class ContentChain {
  #scratch = Buffer.allocUnsafe(64 * 1024);

  /** @param digest hex, of `chainStart` or of a chain put down */
  constructor(digest: string) {
    this.#scratch.write(digest, 0, DIGEST_BYTES, 'hex');
  }

  get digest(): string {
    return this.#scratch.toString('hex', 0, DIGEST_BYTES);
  }

  /** The id of the record `bytes[start, end)`. */
  next(bytes: Buffer, start: number, end: number): string {
    const size = DIGEST_BYTES + end - start;
    if (size > this.#scratch.length) {
      const larger = Buffer.allocUnsafe(size * 2);
      this.#scratch.copy(larger, 0, 0, DIGEST_BYTES);
      this.#scratch = larger;
    }
    bytes.copy(this.#scratch, DIGEST_BYTES, start, end);
    hash('sha256', this.#scratch.subarray(0, size), 'buffer').copy(this.#scratch);
    return this.#scratch.toString('hex', 0, 16);
  }
}
