import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { hashRecords, hashWords, wordInRaw } from '../../contracts/words.ts';
import { mayHold, PAGE, pageOf, WordSet } from './word-filter.ts';

/**
 * The file beside a merged Parquet file that says which words its blocks may hold. A block is a row group; its number is in the Parquet
 * file's column `block`. Layout: magic, length and CRC-32 of the header (uint32 LE each), the header (JSON: number and pages of every
 * block, in order), then the blocks' pages (`word-filter.ts`).
 */
const MAGIC = 0x31575742;
const PREFIX = 12;
const HEADER_LIMIT = 1024 * 1024;

/** Gathers the words of raw records block by block, in the order of the file. */
export class WordsBuilder {
  readonly #blocks: { readonly block: number; readonly pages: number }[] = [];
  readonly #filters: Buffer[] = [];
  readonly #words = new WordSet();
  #block: number | undefined;

  /** @param text raw records of a block, UTF-8, with line feeds between */
  add(block: number, text: Uint8Array): void {
    if (this.#block !== undefined && this.#block !== block) this.#seal();
    this.#block = block;
    hashRecords(text, this.#words.add);
  }

  #seal(): void {
    if (this.#block === undefined) return;
    const filter = this.#words.take();
    this.#blocks.push({ block: this.#block, pages: filter.length / PAGE });
    this.#filters.push(filter);
    this.#block = undefined;
  }

  /** Bytes written. */
  async write(path: string): Promise<number> {
    this.#seal();
    const header = Buffer.from(JSON.stringify(this.#blocks));
    const prefix = Buffer.alloc(PREFIX);
    prefix.writeUInt32LE(MAGIC, 0);
    prefix.writeUInt32LE(header.length, 4);
    prefix.writeUInt32LE(crc32(header), 8);
    const file = await open(path, 'wx');
    try {
      const { bytesWritten } = await file.writev([prefix, header, ...this.#filters]);
      return bytesWritten;
    } finally {
      await file.close();
    }
  }
}

/** Hashes that every raw record with these words has among its own. */
export function hashesOf(words: readonly string[]): readonly number[] {
  const hashes = new Set<number>();
  for (const word of words) {
    const text = Buffer.from(wordInRaw(word));
    hashWords(text, 0, text.length, (found, count) => {
      for (const hash of found.subarray(0, count)) hashes.add(hash);
    });
  }
  return [...hashes];
}

/**
 * The blocks that may hold all of `hashes`. Undefined where the file is absent, damaged or of another version, and nothing can be said:
 * then all must be read.
 */
export async function blocksWith(path: string, hashes: readonly number[]): Promise<readonly number[] | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const blocks = await readHeader(file);
    if (blocks === undefined) return undefined;
    const found: number[] = [];
    for (const { block, pages, start } of blocks) {
      let may = true;
      for (const hash of hashes) {
        const page = await readAt(file, start + pageOf(hash, pages) * PAGE, PAGE);
        may = mayHold(page, hash);
        if (!may) break;
      }
      if (may) found.push(block);
    }
    return found;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

interface Block {
  readonly block: number;
  readonly pages: number;
  readonly start: number;
}

async function readHeader(file: FileHandle): Promise<readonly Block[] | undefined> {
  const prefix = await readAt(file, 0, PREFIX);
  if (prefix.length < PREFIX || prefix.readUInt32LE(0) !== MAGIC) return undefined;
  const length = prefix.readUInt32LE(4);
  if (length > HEADER_LIMIT) return undefined;
  const header = await readAt(file, PREFIX, length);
  if (header.length !== length || crc32(header) !== prefix.readUInt32LE(8)) return undefined;
  const listed: { block: number; pages: number }[] = JSON.parse(header.toString());
  let start = PREFIX + length;
  return listed.map(({ block, pages }) => {
    const at = start;
    start += pages * PAGE;
    return { block, pages, start: at };
  });
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
