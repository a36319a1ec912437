import { Body, type Json, type JsonMap, put } from './body.ts';
import { ITEM, NODE } from './budget.ts';
import { readElement, unexpected } from './elements.ts';
import { at, EvtxProblem } from './problem.ts';
import { type Instance, Templates, type Values } from './templates.ts';
import { type ChunkBytes, MORE, TokenReader, token } from './tokens.ts';
import type { Attribute, Element, Part } from './tree.ts';
import { BINARY_XML, isArray, items, type Scalar, scalar } from './values.ts';

/** Turns the Binary XML of one chunk's records into JSON of the shape that evtx_dump writes. */
export class Renderer {
  readonly #chunk: ChunkBytes;
  readonly #templates: Templates;

  constructor(chunk: ChunkBytes) {
    this.#chunk = chunk;
    this.#templates = new Templates(chunk);
  }

  /** The record whose Binary XML is `[start, end)`. Throws `EvtxProblem`. */
  record(start: number, end: number): JsonMap {
    const body = new Body(undefined);
    this.#fragment(start, end, body, 1, true);
    const record = body.finish();
    if (typeof record !== 'object' || record === null || !('Event' in record))
      throw new EvtxProblem('INGEST_EVTX_BINXML', `no Event element at ${at(start)}`);
    return record as JsonMap;
  }

  /** A value's own fragment writes its elements without the dependency identifier; its templates have theirs. */
  #fragment(start: number, end: number, into: Body, depth: number, dependency: boolean): void {
    const reader = new TokenReader(this.#chunk, start, end);
    for (;;) {
      const next = (reader.next ?? token.end) & ~MORE;
      if (next === token.end) return;
      if (next === token.fragmentHeader) reader.skip(4);
      else if (next === token.templateInstance) this.#instance(this.#templates.instance(reader), into, depth);
      else if (next === token.openElement)
        this.#element(readElement(reader, { dependency }, depth), undefined, into, depth);
      else if (next === token.instructionTarget) {
        reader.skip(1);
        reader.name();
      } else if (next === token.instructionData) {
        reader.skip(1);
        reader.text();
      } else throw unexpected(reader, next, 'an element or a template');
    }
  }

  #instance({ parts, values }: Instance, into: Body, depth: number): void {
    for (const part of parts) this.#part(part, values, into, depth);
  }

  #part(part: Part, values: Values | undefined, into: Body, depth: number): void {
    if (part.kind === 'element') this.#element(part, values, into, depth);
    else if (part.kind === 'text') into.text(this.#literal(part.text));
    else {
      const given = this.#given(part.index, values);
      if (given.type(part.index) === BINARY_XML) {
        const start = given.start(part.index);
        this.#fragment(start, start + given.size(part.index), into, depth, false);
      } else into.text(this.#value(given, part.index));
    }
  }

  #element(element: Element, values: Values | undefined, into: Body, depth: number): void {
    if (depth > this.#chunk.depth) throw new EvtxProblem('INGEST_EVTX_TOO_DEEP', `over ${this.#chunk.depth} elements`);
    const { dataName } = element;
    this.#chunk.budget.spend(NODE + element.name.length + (dataName?.length ?? 0));
    const attributes = dataName === undefined ? this.#attributes(element.attributes, values) : undefined;
    const isData = element.name === 'Data';
    const name = dataName ?? (isData ? attributes?.Name : undefined);
    const body = new Body(name === undefined ? attributes : undefined);
    for (const part of element.content) this.#part(part, values, body, depth + 1);
    if (typeof name === 'string') into.child(name, body.finish() ?? '');
    else if (isData && attributes === undefined && body.empty) into.data(body.content);
    else into.child(element.name, body.finish());
  }

  #attributes(attributes: readonly Attribute[], values: Values | undefined): JsonMap | undefined {
    let map: JsonMap | undefined;
    for (const { name, content } of attributes) {
      this.#chunk.budget.spend(NODE + name.length);
      const value = this.#content(content, values);
      if (value === undefined) continue;
      map ??= {};
      put(map, name, value);
    }
    return map;
  }

  #content(content: readonly Part[], values: Values | undefined): Json {
    const body = new Body(undefined);
    for (const part of content) {
      if (part.kind === 'text') body.text(this.#literal(part.text));
      else if (part.kind === 'slot') body.text(this.#value(this.#given(part.index, values), part.index));
    }
    return body.content;
  }

  #literal(text: Scalar): Scalar {
    if (typeof text === 'string') this.#chunk.budget.spend(text.length);
    return text;
  }

  #given(index: number, values: Values | undefined): Values {
    if (values === undefined || index >= values.count)
      throw new EvtxProblem('INGEST_EVTX_SUBSTITUTION', `value ${index} of ${values?.count ?? 0}`);
    return values;
  }

  #value(values: Values, index: number): Scalar | Scalar[] {
    const type = values.type(index);
    const size = values.size(index);
    this.#chunk.budget.spend(NODE + size);
    if (!isArray(type)) return scalar(type, this.#chunk.bytes, values.start(index), size);
    const list = items(type, this.#chunk.bytes, values.start(index), size);
    this.#chunk.budget.spend(ITEM * list.length);
    return list;
  }
}
