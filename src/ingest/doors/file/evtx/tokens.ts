import type { Budget } from './budget.ts';
import { at, EvtxProblem } from './problem.ts';

/** Token numbers, without the flag that says "more follows". [MS-EVEN6] 2.2.12. */
export const token = {
  end: 0x00,
  openElement: 0x01,
  closeStart: 0x02,
  closeEmpty: 0x03,
  endElement: 0x04,
  value: 0x05,
  attribute: 0x06,
  cdata: 0x07,
  characterReference: 0x08,
  entityReference: 0x09,
  instructionTarget: 0x0a,
  instructionData: 0x0b,
  templateInstance: 0x0c,
  slot: 0x0d,
  optionalSlot: 0x0e,
  fragmentHeader: 0x0f,
} as const;

export const MORE = 0x40;

/** Longer than any element name a provider declares; what bounds the copies a hostile chunk can ask for. */
const NAME_CHARACTERS = 1024;

/** What the readers of one chunk share. Offsets in Binary XML count from the chunk's start. */
export interface ChunkBytes {
  readonly bytes: Buffer;
  readonly names: Map<number, string>;
  readonly budget: Budget;
  /** Elements inside each other. */
  readonly depth: number;
}

/** Reads along `[at, end)` of a chunk. Every read throws `INGEST_EVTX_BINXML` rather than pass the end. */
export class TokenReader {
  readonly chunk: ChunkBytes;
  readonly end: number;
  at: number;

  constructor(chunk: ChunkBytes, start: number, end: number) {
    this.chunk = chunk;
    this.at = start;
    this.end = end;
  }

  /** The next token with its flag, or undefined at the end. */
  get next(): number | undefined {
    return this.at < this.end ? this.chunk.bytes[this.at] : undefined;
  }

  skip(size: number): number {
    const start = this.at;
    if (size > this.end - start)
      throw new EvtxProblem('INGEST_EVTX_BINXML', `${size} bytes at ${at(start)} do not fit before ${at(this.end)}`);
    this.at = start + size;
    return start;
  }

  byte(): number {
    return this.chunk.bytes[this.skip(1)] ?? 0;
  }

  short(): number {
    return this.chunk.bytes.readUInt16LE(this.skip(2));
  }

  long(): number {
    return this.chunk.bytes.readUInt32LE(this.skip(4));
  }

  /** A count of characters, then as many. */
  text(): string {
    const size = this.short() * 2;
    this.chunk.budget.spend(size);
    const start = this.skip(size);
    return this.chunk.bytes.toString('utf16le', start, start + size);
  }

  /** An offset to a name, which is written right here where the chunk uses it for the first time. */
  name(): string {
    const offset = this.long();
    const { bytes, names } = this.chunk;
    let name = names.get(offset);
    if (name === undefined) {
      name = nameAt(this.chunk, offset);
      names.set(offset, name);
    }
    if (offset === this.at) this.skip(8 + bytes.readUInt16LE(offset + 6) * 2 + 2);
    return name;
  }
}

/** Offset of the next name of the same hash, hash, count, characters, NUL. */
function nameAt({ bytes, budget }: ChunkBytes, offset: number): string {
  const count = offset + 8 <= bytes.length ? bytes.readUInt16LE(offset + 6) : -1;
  const end = offset + 8 + count * 2;
  if (count < 0 || count > NAME_CHARACTERS || end > bytes.length)
    throw new EvtxProblem('INGEST_EVTX_BINXML', `no name of up to ${NAME_CHARACTERS} characters at ${at(offset)}`);
  budget.spend(count);
  return bytes.toString('utf16le', offset + 8, end);
}
