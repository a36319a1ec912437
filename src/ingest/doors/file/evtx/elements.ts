import { NODE } from './budget.ts';
import { at, EvtxProblem } from './problem.ts';
import { MORE, type TokenReader, token } from './tokens.ts';
import type { Attribute, Element, Part } from './tree.ts';
import { STRING, scalar, widthOf } from './values.ts';

/** The entities of XML itself; a template declares no others. */
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** How an element is written: a fragment that is itself a value leaves the dependency identifier out. */
export interface Written {
  readonly dependency: boolean;
}

/** Reads the element whose token comes next, with all in it. Throws `INGEST_EVTX_BINXML`, `INGEST_EVTX_TOO_DEEP`. */
export function readElement(reader: TokenReader, written: Written, depth: number): Element {
  if (depth > reader.chunk.depth)
    throw new EvtxProblem('INGEST_EVTX_TOO_DEEP', `over ${reader.chunk.depth} elements at ${at(reader.at)}`);
  reader.chunk.budget.spend(NODE);
  const open = reader.byte();
  if (written.dependency) reader.skip(2);
  reader.skip(4);
  const name = reader.name();
  const attributes = (open & MORE) === 0 ? [] : readAttributes(reader);
  const close = reader.byte();
  const dataName = name === 'Data' ? literalName(attributes) : undefined;
  if (close === token.closeEmpty) return { kind: 'element', name, dataName, attributes, content: [] };
  if (close !== token.closeStart) throw unexpected(reader, close, 'the end of a start tag');
  const content: Part[] = [];
  for (;;) {
    const next = (reader.next ?? token.end) & ~MORE;
    if (next === token.endElement) break;
    if (next === token.openElement) content.push(readElement(reader, written, depth + 1));
    else if (!readPart(reader, next, content)) throw unexpected(reader, next, 'content or an end tag');
  }
  reader.skip(1);
  return { kind: 'element', name, dataName, attributes, content };
}

function literalName(attributes: readonly Attribute[]): string | undefined {
  const [part, more] = attributes.find(({ name }) => name === 'Name')?.content ?? [];
  return part?.kind === 'text' && typeof part.text === 'string' && more === undefined ? part.text : undefined;
}

function readAttributes(reader: TokenReader): Attribute[] {
  const attributes: Attribute[] = [];
  reader.skip(4);
  while (((reader.next ?? token.end) & ~MORE) === token.attribute) {
    reader.chunk.budget.spend(NODE);
    reader.skip(1);
    const name = reader.name();
    const content: Part[] = [];
    while (readPart(reader, (reader.next ?? token.end) & ~MORE, content));
    attributes.push({ name, content });
  }
  return attributes;
}

/** Reads text or a slot, if that is what comes next. */
function readPart(reader: TokenReader, next: number, content: Part[]): boolean {
  if (next < token.value || next > token.optionalSlot || next === token.attribute || next === token.templateInstance)
    return false;
  reader.chunk.budget.spend(NODE);
  reader.skip(1);
  if (next === token.slot || next === token.optionalSlot) {
    content.push({ kind: 'slot', index: reader.short() });
    reader.skip(1);
  } else if (next === token.instructionTarget) reader.name();
  else if (next === token.instructionData) reader.text();
  else addText(content, readText(reader, next));
  return true;
}

function readText(reader: TokenReader, next: number): string | number | boolean {
  if (next === token.cdata) return reader.text();
  if (next === token.characterReference) return String.fromCharCode(reader.short());
  if (next === token.entityReference) {
    const name = reader.name();
    return Object.hasOwn(entities, name) ? (entities[name] ?? '') : `&${name};`;
  }
  const type = reader.byte();
  if (type === STRING) return reader.text();
  const width = widthOf(type);
  if (width === undefined) throw unexpected(reader, type, 'a value type of known size');
  const start = reader.skip(width);
  return scalar(type, reader.chunk.bytes, start, width) ?? '';
}

/** Text comes in pieces where it holds an entity. */
function addText(content: Part[], text: string | number | boolean): void {
  const last = content.at(-1);
  if (last?.kind === 'text') content[content.length - 1] = { kind: 'text', text: `${last.text}${text}` };
  else content.push({ kind: 'text', text });
}

export function unexpected(reader: TokenReader, found: number, wanted: string): EvtxProblem {
  return new EvtxProblem('INGEST_EVTX_BINXML', `${at(found)} before ${at(reader.at)} where ${wanted} belongs`);
}
