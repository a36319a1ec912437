import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BridgewatchError } from '../kernel/errors.ts';

const BLOCK_RECORDS = 256;
const BLOCK_BYTES = 128 * 1024;
const ROOM = 4 * BLOCK_BYTES;
const CACHED_BLOCKS = 8;
/** zstd's first fast level: on Windows JSON as small as level 1, in well under half the time. */
const options = { params: { [constants.ZSTD_c_compressionLevel]: -1 } };

interface Block {
  readonly compressed: Buffer;
  /** Number of its first record. */
  readonly first: number;
  /** Where each record ends in the decompressed bytes. */
  readonly ends: Uint32Array;
}

/**
 * Raw records in memory, compressed in blocks of up to 256 records or 128 KiB: 60 to 100 bytes for a Windows event of
 * 2 KB. Reading one decompresses its block; the last few blocks read are kept, because what is asked for together lies
 * together.
 */
export class EventArchive {
  readonly #blocks: Block[] = [];
  readonly #recent = new Map<Block, Buffer>();
  #open = Buffer.allocUnsafe(ROOM);
  #ends: number[] = [];
  #used = 0;
  #first = 0;
  #compressed = 0;

  /** Records held. */
  get size(): number {
    return this.#first + this.#ends.length;
  }

  /** Bytes of the compressed blocks. */
  get bytes(): number {
    return this.#compressed;
  }

  /** Keeps a record; returns its number (0, 1, 2, ...), by which `read` gives it back. */
  append(raw: string | Buffer): number {
    const place = this.size;
    // A UTF-16 unit takes three bytes of UTF-8 at most.
    const most = typeof raw === 'string' ? raw.length * 3 : raw.length;
    if (this.#used + most > this.#open.length) this.#close();
    if (most > this.#open.length) this.#open = Buffer.allocUnsafe(most);
    this.#used +=
      typeof raw === 'string' ? this.#open.write(raw, this.#used, 'utf8') : raw.copy(this.#open, this.#used);
    this.#ends.push(this.#used);
    if (this.#ends.length === BLOCK_RECORDS || this.#used >= BLOCK_BYTES) this.#close();
    return place;
  }

  /** The record as appended. Throws `INGEST_ARCHIVE_NO_RECORD` for a number never given out. */
  read(place: number): string {
    if (!Number.isInteger(place) || place < 0 || place >= this.size) {
      throw new BridgewatchError(
        'INGEST_ARCHIVE_NO_RECORD',
        `record ${place} is not in the archive; it holds ${this.size}, numbered from 0`,
      );
    }
    if (place >= this.#first) return text(this.#open, this.#ends, place - this.#first);
    const block = this.#find(place);
    return text(this.#bytesOf(block), block.ends, place - block.first);
  }

  #close(): void {
    if (this.#ends.length === 0) return;
    const compressed = zstdCompressSync(this.#open.subarray(0, this.#used), options);
    this.#blocks.push({ compressed, first: this.#first, ends: Uint32Array.from(this.#ends) });
    this.#compressed += compressed.length;
    this.#first += this.#ends.length;
    this.#ends = [];
    this.#used = 0;
    // One huge record must not leave its room behind.
    if (this.#open.length > ROOM) this.#open = Buffer.allocUnsafe(ROOM);
  }

  /** The last block that begins at or before `place`. */
  #find(place: number): Block {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#blocks[middle]?.first ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return this.#blocks[low] as Block;
  }

  #bytesOf(block: Block): Buffer {
    const bytes = this.#recent.get(block) ?? zstdDecompressSync(block.compressed);
    // Deleted and set again it stands last: the map's order is the order of use.
    this.#recent.delete(block);
    this.#recent.set(block, bytes);
    const oldest = this.#recent.keys().next().value;
    if (this.#recent.size > CACHED_BLOCKS && oldest !== undefined) this.#recent.delete(oldest);
    return bytes;
  }
}

function text(bytes: Buffer, ends: ArrayLike<number>, index: number): string {
  return bytes.toString('utf8', index === 0 ? 0 : ends[index - 1], ends[index]);
}
