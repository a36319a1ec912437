import type { JsonObject } from '../contracts/event.ts';

/** Deepest nesting a lens follows. Ingest refuses deeper records; lenses also get records that never passed it. */
const MAX_DEPTH = 128;

export type Reader = (record: JsonObject) => unknown;

export const EMPTY: JsonObject = Object.freeze({});

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Looks a telemetry value up in a table; `constructor` and the like, which every object inherits, are not in it. */
export function inTable<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** `value` when it is an object, else one without fields, so that a chain of look-ups needs no tests. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : EMPTY;
}

/** Text of a scalar; undefined for what carries no fact: missing, null, '', '-' (how Windows writes "none"). */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' || value === '-' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

/** A whole number that may have arrived as decimal or 0x text. */
export function integerOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  if (typeof value !== 'string' || value === '' || value.length > 20) return undefined;
  const number = Number(value);
  return Number.isInteger(number) ? number : undefined;
}

/**
 * Reads one own field. Names every object inherits (`constructor`, `toString`) are looked up the careful way: a rule
 * that names one must see "missing", not a function.
 */
export function own(field: string): Reader {
  if (field in Object.prototype) return (record) => (Object.hasOwn(record, field) ? record[field] : undefined);
  return (record) => record[field];
}

/** A field of the record (or of the part of it that `within` gives) as text. */
export function firstText(record: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = textOf(record[name]);
    if (text !== undefined) return text;
  }
  return undefined;
}

/**
 * Reads a dotted name: the literal key first (`id.orig_h` is one key in Zeek), then the path. At each level the rest of
 * the name is again tried as a literal key. Arrays on the way give the array of what their elements hold.
 */
export function pathReader(field: string): Reader {
  const literal = own(field);
  if (!field.includes('.')) return literal;
  const parts = field.split('.');
  const rests = parts.map((_, index) => parts.slice(index).join('.'));
  return (record) => {
    const direct = literal(record);
    return direct !== undefined ? direct : descend(record, parts, rests, 0);
  };
}

function descend(value: unknown, parts: readonly string[], rests: readonly string[], index: number): unknown {
  if (index === parts.length) return value;
  if (Array.isArray(value)) {
    const found: unknown[] = [];
    for (const item of value) {
      if (typeof item !== 'object') continue;
      const inner = descend(item, parts, rests, index);
      if (Array.isArray(inner)) for (const one of inner) found.push(one);
      else if (inner !== undefined) found.push(inner);
    }
    return found.length > 0 ? found : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as JsonObject;
  const part = parts[index] as string;
  if (Object.hasOwn(record, part)) {
    const inner = descend(record[part], parts, rests, index + 1);
    if (inner !== undefined) return inner;
  }
  const rest = rests[index] as string;
  return index > 0 && rest !== part && Object.hasOwn(record, rest) ? record[rest] : undefined;
}

function pairOrJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { Name: name, Value: content } = value as JsonObject;
  if (typeof name === 'string' && typeof content !== 'object') return `${name}=${String(content ?? '')}`;
  try {
    return JSON.stringify(value);
  } catch {
    // Nested beyond the stack; no honest record is.
    return undefined;
  }
}

/**
 * As `pathReader`, with objects as text, because rules on cloud logs search whole objects (`requestParameters|contains`):
 * JSON, or `Name=Value` for the name and value pairs of Microsoft's logs.
 */
export function textPathReader(field: string): Reader {
  const read = pathReader(field);
  return (record) => {
    const value = read(record);
    if (typeof value !== 'object' || value === null) return value;
    return Array.isArray(value) ? value.map(pairOrJson) : pairOrJson(value);
  };
}

/** A lens's `reader` where rules call some fields by other names than the record does: the name itself first, then its aliases. */
export function aliasReader(aliases: Readonly<Record<string, readonly string[]>>): (field: string) => Reader {
  return (field) => {
    const own = pathReader(field);
    const others = (inTable(aliases, field) ?? []).map(pathReader);
    if (others.length === 0) return own;
    return (record) => {
      const value = own(record);
      if (value !== undefined) return value;
      for (const other of others) {
        const found = other(record);
        if (found !== undefined) return found;
      }
      return undefined;
    };
  };
}

/** The objects of a list that a stranger wrote, at most `limit` of them; what is no list or no object is left out. */
export function objectsOf(value: unknown, limit = 64): readonly JsonObject[] {
  return Array.isArray(value) ? value.slice(0, limit).filter(isObject) : [];
}

/** Text at a dotted name; readers are made once per name. */
export function textAt(field: string): (record: JsonObject) => string | undefined {
  const read = pathReader(field);
  return (record) => {
    const value = read(record);
    return textOf(Array.isArray(value) ? value[0] : value);
  };
}

/** The first of several dotted names that holds text. */
export function textAtAny(...fields: readonly string[]): (record: JsonObject) => string | undefined {
  const readers = fields.map(textAt);
  return (record) => {
    for (const read of readers) {
      const text = read(record);
      if (text !== undefined) return text;
    }
    return undefined;
  };
}

/** Visits every scalar in `value`, stops when `visit` says so; what lies deeper than any honest record is not visited. */
export function someScalar(value: unknown, visit: (value: unknown) => boolean, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return visit(value);
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (someScalar(item, visit, depth + 1)) return true;
    return false;
  }
  const record = value as JsonObject;
  for (const key in record) if (Object.hasOwn(record, key) && someScalar(record[key], visit, depth + 1)) return true;
  return false;
}
