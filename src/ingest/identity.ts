import { hash } from 'node:crypto';
import { stableId } from '../kernel/ids.ts';

/** Bytes of content that anchor a file's identity. */
export const ANCHOR_BYTES = 4096;
const DIGEST_BYTES = 32;

/**
 * Ids for the events of one stream of content (a file, standard input).
 *
 * With a native id: hash(tenant, source, native id). The same record has the same id whatever file it comes in.
 *
 * Without one: a chain over the content, digest_n = SHA-256(digest_(n-1), record n), of which the id is the first 128 bits.
 * digest_0 = SHA-256(tenant, source, the first 4 KiB of decompressed content). Why it is so:
 * - The id of a record says "this content, after all that content", so identical lines stay apart by where they stand,
 *   and content that is sent again as a whole gets the same ids, whatever the file is called, compressed or not.
 * - It is never content alone: two feeds that happen to hold one equal line differ in what came before it, and a first
 *   line differs by the anchor. Only content that agrees in its first 4 KiB and then record by record is the same.
 * - One pass suffices, so standard input works like a file, and memory stays at one digest.
 * - An appended file keeps the ids of everything it had, because nothing that comes later enters an id. There is no last
 *   partial batch to change. The exception is a file that was shorter than 4 KiB when first read: its anchor was the whole
 *   of it, so grown past that it is new content. A door that follows small growing files must resume at its offset.
 *
 * Records with a native id do not enter the chain, which keeps it off the path of feeds that have them.
 */
export class ContentIdentity {
  readonly #tenant: string;
  readonly #source: string | undefined;
  #scratch = Buffer.allocUnsafe(64 * 1024);

  /** @param anchor the first ANCHOR_BYTES of the content, or all of it where it is shorter */
  constructor(tenant: string, source: string | undefined, anchor: Buffer) {
    this.#tenant = tenant;
    this.#source = source;
    const head = anchor.subarray(0, ANCHOR_BYTES).toString('latin1');
    hash('sha256', stableId(tenant, source ?? '', head), 'buffer').copy(this.#scratch);
  }

  native(lens: string, nativeId: string): string {
    return stableId(this.#tenant, this.#source ?? lens, nativeId);
  }

  next(bytes: Buffer, start: number, end: number): string {
    const size = DIGEST_BYTES + end - start;
    if (size > this.#scratch.length) {
      const larger = Buffer.allocUnsafe(size * 2);
      this.#scratch.copy(larger, 0, 0, DIGEST_BYTES);
      this.#scratch = larger;
    }
    bytes.copy(this.#scratch, DIGEST_BYTES, start, end);
    const digest = hash('sha256', this.#scratch.subarray(0, size), 'buffer');
    digest.copy(this.#scratch);
    return digest.toString('hex', 0, 16);
  }
}
