import { readElement, unexpected } from './elements.ts';
import { at, EvtxProblem } from './problem.ts';
import { type ChunkBytes, MORE, TokenReader, token } from './tokens.ts';
import type { Part } from './tree.ts';

/** Offset of the next definition, identifier, size of what follows. */
const HEADER = 24;

/** The values an event gives its template. */
export class Values {
  readonly #bytes: Buffer;
  readonly #types: number;
  readonly #starts: readonly number[];

  /** @param types offset of the first descriptor; `starts` has one more item than there are values */
  constructor(bytes: Buffer, types: number, starts: readonly number[]) {
    this.#bytes = bytes;
    this.#types = types;
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  type(index: number): number {
    return this.#bytes[this.#types + index * 4 + 2] ?? 0;
  }

  start(index: number): number {
    return this.#starts[index] ?? 0;
  }

  size(index: number): number {
    return this.start(index + 1) - this.start(index);
  }
}

export interface Instance {
  readonly parts: readonly Part[];
  readonly values: Values;
}

/** The templates of one chunk: each is read once, also when it cannot be read. */
export class Templates {
  readonly #chunk: ChunkBytes;
  readonly #known = new Map<number, readonly Part[] | EvtxProblem>();

  constructor(chunk: ChunkBytes) {
    this.#chunk = chunk;
  }

  /**
   * Reads a template instance whose token comes next: where the template is (or itself, on first use), descriptors, values.
   * Throws `INGEST_EVTX_TEMPLATE`, `INGEST_EVTX_SUBSTITUTION`, `INGEST_EVTX_BINXML`.
   */
  instance(reader: TokenReader): Instance {
    reader.skip(6);
    const offset = reader.long();
    const parts = this.#definition(offset);
    if (offset === reader.at) reader.skip(HEADER + this.#chunk.bytes.readUInt32LE(offset + 20));
    const count = reader.long();
    if (count * 4 > reader.end - reader.at)
      throw new EvtxProblem('INGEST_EVTX_SUBSTITUTION', `${count} values do not fit before ${at(reader.end)}`);
    const types = reader.skip(count * 4);
    const starts: number[] = [];
    for (let index = 0; index <= count; index += 1) {
      starts.push(reader.at);
      if (index < count) reader.skip(this.#chunk.bytes.readUInt16LE(types + index * 4));
    }
    return { parts, values: new Values(this.#chunk.bytes, types, starts) };
  }

  #definition(offset: number): readonly Part[] {
    let known = this.#known.get(offset);
    if (known === undefined) {
      known = this.#read(offset);
      this.#known.set(offset, known);
    }
    if (known instanceof EvtxProblem) throw known;
    return known;
  }

  #read(offset: number): readonly Part[] | EvtxProblem {
    const { bytes } = this.#chunk;
    const size = offset + HEADER <= bytes.length ? bytes.readUInt32LE(offset + 20) : -1;
    if (size < 0 || offset + HEADER + size > bytes.length)
      return new EvtxProblem('INGEST_EVTX_TEMPLATE', `no whole template at ${at(offset)}`);
    try {
      return readDefinition(new TokenReader(this.#chunk, offset + HEADER, offset + HEADER + size));
    } catch (error) {
      if (error instanceof EvtxProblem) return error;
      throw error;
    }
  }
}

/** A template inside a template would be the one way to a cycle; Windows writes none. */
function readDefinition(reader: TokenReader): Part[] {
  const parts: Part[] = [];
  for (;;) {
    const next = (reader.next ?? token.end) & ~MORE;
    if (next === token.end) return parts;
    if (next === token.fragmentHeader) reader.skip(4);
    else if (next === token.openElement) parts.push(readElement(reader, { dependency: true }, 1));
    else if (next === token.templateInstance)
      throw new EvtxProblem('INGEST_EVTX_TEMPLATE', `a template inside the template before ${at(reader.end)}`);
    else throw unexpected(reader, next, 'an element');
  }
}
