import type { Scalar } from './values.ts';

export type Json = Scalar | null | readonly Json[] | { [key: string]: Json };

export type JsonMap = { [key: string]: Json };

/** A name from a log may be anything, `__proto__` too, which a plain assignment would not make a member. */
export function put(map: JsonMap, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
  else map[key] = value;
}

/** What is inside one element, while it is gathered. */
export class Body {
  readonly #attributes: JsonMap | undefined;
  #text: Scalar | Scalar[];
  #children: JsonMap | undefined;
  /** The number last given to a name that came more than once. */
  #repeats: Map<string, number> | undefined;
  /** Texts of `Data` elements without a name, and the key they stand under. */
  #nameless: Scalar | Scalar[];
  #namelessKey: string | undefined;

  constructor(attributes: JsonMap | undefined) {
    this.#attributes = attributes;
  }

  get empty(): boolean {
    return this.#children === undefined;
  }

  /** The text so far. */
  get content(): Scalar | Scalar[] {
    return this.#text;
  }

  /** One piece of text keeps its type; several make one string. */
  text(value: Scalar | Scalar[]): void {
    if (value === undefined) return;
    if (this.#text === undefined) this.#text = value;
    else if (typeof this.#text === 'object' || typeof value === 'object') this.#text = joined(this.#text, value);
    else this.#text = `${this.#text}${value}`;
  }

  /** A child by its name; the second of a name is `name_1`, as evtx_dump has it. Returns the key. */
  child(name: string, value: Json): string {
    const map = this.#map();
    let key = name;
    if (Object.hasOwn(map, name)) {
      this.#repeats ??= new Map();
      let count = this.#repeats.get(name) ?? 0;
      do {
        count += 1;
        key = `${name}_${count}`;
      } while (Object.hasOwn(map, key));
      this.#repeats.set(name, count);
    }
    put(map, key, value);
    return key;
  }

  /** A `Data` element without a name: their texts gather under one `Data`, in order, as `#text`. */
  data(value: Scalar | Scalar[]): void {
    if (this.#namelessKey === undefined) {
      this.#namelessKey = this.child('Data', null);
      this.#nameless = value;
    } else this.#nameless = joined(this.#nameless ?? '', value ?? '');
  }

  /** The element as JSON: null when empty, its text alone where that is all, else an object. */
  finish(): Json {
    const text = this.#text;
    const map = this.#children;
    if (map === undefined) {
      if (this.#attributes === undefined) return text ?? null;
      return text === undefined
        ? { '#attributes': this.#attributes }
        : { '#attributes': this.#attributes, '#text': text };
    }
    if (this.#namelessKey !== undefined && this.#nameless !== undefined)
      map[this.#namelessKey] = { '#text': this.#nameless };
    if (text !== undefined && !(typeof text === 'string' && text.trim() === '')) map['#text'] = text;
    return map;
  }

  #map(): JsonMap {
    if (this.#children === undefined) {
      this.#children = {};
      if (this.#attributes !== undefined) this.#children['#attributes'] = this.#attributes;
    }
    return this.#children;
  }
}

/** Adds to the list that `before` is or becomes; copying it for each piece would be quadratic. */
function joined(before: Scalar | Scalar[], value: Scalar | Scalar[]): Scalar[] {
  const list = typeof before === 'object' ? before : [before];
  if (typeof value === 'object') for (const item of value) list.push(item);
  else list.push(value);
  return list;
}
