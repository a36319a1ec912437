import { crc32 } from 'node:zlib';
import type { WordSink } from '../../contracts/words.ts';

/** One page of a block's filter: bits, then a CRC-32 of them. A question reads one page a word, so a page can be checked by itself. */
export const PAGE = 4096;
const PAGE_BITS = (PAGE - 4) * 8;
/** Bits a word, and how many of them it sets: one question in some 300 about an absent word is answered with "perhaps". */
const BITS_A_WORD = 12;
const PROBES = 8;

/** The hashes of one block's words, each once. Open addressing: a Set of numbers costs ten times the memory. */
export class WordSet {
  #slots = new Uint32Array(1 << 16);
  #count = 0;

  get size(): number {
    return this.#count;
  }

  readonly add: WordSink = (hashes, count) => {
    for (let index = 0; index < count; index += 1) {
      const hash = hashes[index] as number;
      // 0 marks a free slot.
      this.#put(hash === 0 ? 1 : hash);
    }
  };

  #put(key: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = key & mask;
    while (slots[at] !== 0) {
      if (slots[at] === key) return;
      at = (at + 1) & mask;
    }
    slots[at] = key;
    this.#count += 1;
    if (this.#count * 2 > slots.length) this.#grow();
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (const key of this.#slots) {
      if (key === 0) continue;
      let at = key & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = key;
    }
    this.#slots = slots;
  }

  /** The filter's pages, and nothing held any more. */
  take(): Buffer {
    const pages = Math.max(1, Math.ceil((this.#count * BITS_A_WORD) / PAGE_BITS));
    const bytes = Buffer.alloc(pages * PAGE);
    for (const key of this.#slots) {
      if (key === 0) continue;
      const start = pageOf(key, pages) * PAGE;
      probe(key, (bit) => {
        bytes[start + (bit >> 3)] = (bytes[start + (bit >> 3)] as number) | (1 << (bit & 7));
        return true;
      });
    }
    for (let start = 0; start < bytes.length; start += PAGE) {
      bytes.writeUInt32LE(crc32(bytes.subarray(start, start + PAGE - 4)), start + PAGE - 4);
    }
    this.#slots = new Uint32Array(1 << 16);
    this.#count = 0;
    return bytes;
  }
}

/** Which of a filter's pages knows about a word. */
export function pageOf(hash: number, pages: number): number {
  return Math.floor(((hash === 0 ? 1 : hash) / 0x1_0000_0000) * pages);
}

/** False where the page's block certainly has no such word; true where it may, or where the page is damaged and cannot say. */
export function mayHold(page: Buffer, hash: number): boolean {
  if (page.length !== PAGE || crc32(page.subarray(0, PAGE - 4)) !== page.readUInt32LE(PAGE - 4)) return true;
  return probe(hash === 0 ? 1 : hash, (bit) => ((page[bit >> 3] as number) & (1 << (bit & 7))) !== 0);
}

/** Double hashing (Kirsch and Mitzenmacher 2006). The page took the hash's high bits; these come of a second mixing. */
function probe(key: number, each: (bit: number) => boolean): boolean {
  let mixed = Math.imul(key ^ (key >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  mixed = (mixed ^ (mixed >>> 15)) >>> 0;
  let bit = (mixed & 0xffff) % PAGE_BITS;
  const step = ((mixed >>> 16) % (PAGE_BITS - 1)) | 1;
  for (let at = 0; at < PROBES; at += 1) {
    if (!each(bit)) return false;
    bit = (bit + step) % PAGE_BITS;
  }
  return true;
}
