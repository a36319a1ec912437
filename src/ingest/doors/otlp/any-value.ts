import { keep } from '../../payload/keep.ts';

/**
 * Values inside each other, at most. The protobuf decoder stops at a hundred messages inside each other, which three a value make 32; JSON
 * is held to the same.
 */
const DEPTH = 32;

/** A value nested deeper than is read. */
export class TooDeep extends Error {}

type Members = Readonly<Record<string, unknown>>;

/** A 64-bit number as it may come: digits, a number, or protobuf's pair of halves. */
export function integer(value: unknown): bigint | undefined {
  const text = typeof value === 'object' && value !== null && 'low' in value ? String(value) : value;
  if (typeof text === 'number') return Number.isSafeInteger(text) ? BigInt(text) : undefined;
  return typeof text === 'string' && /^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  const values = isObject(value) ? value.values : undefined;
  return Array.isArray(values) ? values : [];
}

/** Bytes as the JSON encoding writes them. */
function base64(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

function number(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** JSON has no 64-bit numbers that are sure to survive: what does not fit is kept as its digits. */
function whole(value: unknown): unknown {
  const read = integer(value);
  if (read === undefined) return value;
  const narrow = Number(read);
  return Number.isSafeInteger(narrow) ? narrow : read.toString();
}

/** One table for both encodings: the names of AnyValue's kinds are those of the JSON encoding. */
const kinds: Readonly<Record<string, (value: unknown, depth: number) => unknown>> = {
  stringValue: (value) => value,
  boolValue: (value) => value,
  intValue: whole,
  doubleValue: number,
  bytesValue: base64,
  arrayValue: (value, depth) => list(value).map((item) => anyValue(item, depth + 1)),
  kvlistValue: (value, depth) => keyValues(list(value), depth + 1),
};
const names = Object.keys(kinds);

/** An AnyValue (decoded from protobuf, or from the JSON encoding) as plain JSON; null for one without a value. Throws `TooDeep`. */
export function anyValue(value: unknown, depth = 0): unknown {
  if (!isObject(value)) return null;
  if (depth > DEPTH) throw new TooDeep();
  for (const name of names) {
    if (!Object.hasOwn(value, name)) continue;
    const held = value[name];
    if (held !== undefined && held !== null) return kinds[name]?.(held, depth);
  }
  return null;
}

/** A list of KeyValue as one object; of several of a name the last counts. Throws `TooDeep`. */
export function keyValues(pairs: unknown, depth = 0): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  if (!Array.isArray(pairs)) return made;
  for (const pair of pairs)
    if (isObject(pair) && typeof pair.key === 'string') keep(made, pair.key, anyValue(pair.value, depth));
  return made;
}
