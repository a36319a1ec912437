import type { Shape, SigmaEvent } from './event.ts';
import { fold } from './fold.ts';

type Read = (record: Readonly<Record<string, unknown>>) => unknown;

/** Numbers the fields that rules name, so that an event's values can lie in arrays. */
export class FieldTable {
  readonly names: string[] = [];
  readonly #slots = new Map<string, number>();

  slot(field: string): number {
    const known = this.#slots.get(field);
    if (known !== undefined) return known;
    const slot = this.names.length;
    this.names.push(field);
    this.#slots.set(field, slot);
    return slot;
  }
}

/** One event as the matcher sees it: each field read and folded at most once. Used again for the next event. */
export class Reading {
  readonly #fields: FieldTable;
  readonly #readersByShape = new Map<Shape, (Read | undefined)[]>();
  #shape: Shape | undefined;
  #readers: (Read | undefined)[] = [];
  #record: Readonly<Record<string, unknown>> = {};
  /** A slot is filled when its stamp is the current event's number. */
  #event = 0;
  readonly #valueStamp: number[] = [];
  readonly #values: unknown[] = [];
  readonly #foldStamp: number[] = [];
  readonly #folded: string[] = [];
  /** See SigmaEvent. */
  json: string | undefined;
  #keywords: string[] | undefined;
  #foldedKeywords: string[] | undefined;

  constructor(fields: FieldTable) {
    this.#fields = fields;
  }

  open(event: SigmaEvent): void {
    if (event.lens !== this.#shape) {
      this.#shape = event.lens;
      let readers = this.#readersByShape.get(event.lens);
      if (!readers) {
        readers = [];
        this.#readersByShape.set(event.lens, readers);
      }
      this.#readers = readers;
    }
    this.#record = event.record;
    this.json = event.json;
    this.#event++;
    this.#keywords = undefined;
    this.#foldedKeywords = undefined;
  }

  value(slot: number): unknown {
    if (this.#valueStamp[slot] === this.#event) return this.#values[slot];
    const read = this.#readers[slot] ?? this.#makeReader(slot);
    const value = read(this.#record);
    this.#valueStamp[slot] = this.#event;
    this.#values[slot] = value;
    return value;
  }

  /** The folded text of a value that is known to be a string. */
  folded(slot: number, text: string): string {
    if (this.#foldStamp[slot] === this.#event) return this.#folded[slot] ?? '';
    const folded = fold(text);
    this.#foldStamp[slot] = this.#event;
    this.#folded[slot] = folded;
    return folded;
  }

  /** Visits every scalar value of the event. */
  eachValue(visit: (value: unknown) => void): void {
    this.#shape?.someValue(this.#record, (value) => {
      visit(value);
      return false;
    });
  }

  /** Every scalar value as text, for keyword searches. */
  keywords(): readonly string[] {
    if (this.#keywords) return this.#keywords;
    const texts: string[] = [];
    this.#shape?.someValue(this.#record, (value) => {
      const text = textOfValue(value);
      if (text !== undefined) texts.push(text);
      return false;
    });
    this.#keywords = texts;
    return texts;
  }

  foldedKeywords(): readonly string[] {
    this.#foldedKeywords ??= this.keywords().map(fold);
    return this.#foldedKeywords;
  }

  #makeReader(slot: number): Read {
    const read = this.#shape?.reader(this.#fields.names[slot] ?? '') ?? (() => undefined);
    this.#readers[slot] = read;
    return read;
  }
}

/** A scalar as text; undefined for null, missing, and what has parts. */
export function textOfValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return undefined;
}
