import type { Shape, SigmaEvent } from './event.ts';
import { textOfValue } from './reading.ts';

type Read = (record: Readonly<Record<string, unknown>>) => unknown;

/** Readers for fields by name, made once for each shape. */
export class FieldReaders {
  readonly #byShape = new Map<Shape, Map<string, Read>>();
  #shape: Shape | undefined;
  #readers = new Map<string, Read>();

  /** A field as text; elements of an array joined; undefined where it is missing, null or empty. */
  text(event: SigmaEvent, field: string): string | undefined {
    if (event.lens !== this.#shape) {
      this.#shape = event.lens;
      this.#readers = this.#byShape.get(event.lens) ?? new Map();
      this.#byShape.set(event.lens, this.#readers);
    }
    let read = this.#readers.get(field);
    if (!read) {
      read = event.lens.reader(field);
      this.#readers.set(field, read);
    }
    const value = read(event.record);
    const text = Array.isArray(value)
      ? value.map((element) => textOfValue(element) ?? '').join(',')
      : textOfValue(value);
    return text === '' ? undefined : text;
  }
}
