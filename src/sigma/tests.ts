import { fold } from './fold.ts';
import { globTest } from './glob.ts';
import { networkTest } from './network.ts';
import type { Comparison, Pattern, Relation } from './pattern.ts';
import { type FieldTable, type Reading, textOfValue } from './reading.ts';
import { regexTest } from './regex.ts';
import { any, type Parts } from './text-pattern.ts';

/**
 * How one pattern looks at one value. `folded` sees the folded text of a value, `text` the text as it is, `value` the value
 * itself (never an array), `presence` the value or array as a whole, `event` also other fields.
 */
export type Test =
  | { readonly sees: 'folded' | 'text'; readonly test: (text: string) => boolean }
  | { readonly sees: 'value' | 'presence'; readonly test: (value: unknown) => boolean }
  | { readonly sees: 'event'; readonly test: (value: unknown, reading: Reading) => boolean };

export function testOf(pattern: Pattern, fields: FieldTable, line: number): Test {
  switch (pattern.kind) {
    case 'text':
      return textTest(pattern.parts, pattern.cased);
    case 'number':
      return { sees: 'value', test: numberTest(pattern.value, pattern.source) };
    case 'boolean':
      return {
        sees: 'value',
        test: (value) =>
          value === pattern.value || (typeof value === 'string' && fold(value) === String(pattern.value)),
      };
    case 'null':
      // A rule cannot tell null from missing by `field: null` (as in every pySigma backend); `exists` tells them apart.
      return { sees: 'value', test: (value) => value === null || value === undefined };
    case 'exists':
      return { sees: 'presence', test: (value) => (value !== undefined) === pattern.value };
    case 'regex':
      return { sees: 'text', test: regexTest(pattern.source, pattern.flags, line) };
    case 'cidr':
      return { sees: 'text', test: networkTest(pattern.network, line) };
    case 'compare':
      return { sees: 'value', test: compareTest(pattern.than, pattern.value) };
    case 'field':
      return { sees: 'event', test: fieldTest(fields.slot(pattern.field), pattern.relation, pattern.cased) };
  }
}

function textTest(parts: Parts, cased: boolean): Test {
  const sees = cased ? 'text' : 'folded';
  const [first, second, third] = cased ? parts : parts.map((part) => (typeof part === 'string' ? fold(part) : part));
  const { length } = parts;
  if (length === 0) return { sees, test: (text) => text === '' };
  if (length === 1 && first === any) return { sees, test: () => true };
  if (length === 1 && typeof first === 'string') return { sees, test: (text) => text === first };
  if (length === 2 && first === any && typeof second === 'string')
    return { sees, test: (text) => text.endsWith(second) };
  if (length === 2 && typeof first === 'string' && second === any)
    return { sees, test: (text) => text.startsWith(first) };
  if (length === 3 && first === any && typeof second === 'string' && third === any)
    return { sees, test: (text) => text.includes(second) };
  // Folds by itself: `?` counts characters as they were before folding.
  return { sees: 'text', test: globTest(parts, cased) };
}

const decimal = /^[+-]?\d+(?:\.\d+)?$/;

/** A number equals its text, and any decimal text of the same number. Past 2^53 only the digits as written are compared. */
function numberTest(wanted: number, source: string): (value: unknown) => boolean {
  const written = fold(source);
  const exact = Number.isInteger(wanted) && !Number.isSafeInteger(wanted);
  return (value) => {
    if (typeof value === 'number') return value === wanted;
    if (typeof value === 'bigint') return String(value) === written;
    if (typeof value !== 'string') return false;
    return fold(value) === written || (!exact && decimal.test(value) && Number(value) === wanted);
  };
}

const comparisons: Record<Comparison, (a: number, b: number) => boolean> = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
};

function compareTest(than: Comparison, limit: number): (value: unknown) => boolean {
  const holds = comparisons[than];
  return (value) => {
    if (typeof value === 'number') return holds(value, limit);
    if (typeof value === 'bigint') return holds(Number(value), limit);
    return typeof value === 'string' && decimal.test(value) && holds(Number(value), limit);
  };
}

const relations: Record<Relation, (a: string, b: string) => boolean> = {
  equals: (a, b) => a === b,
  startswith: (a, b) => a.startsWith(b),
  endswith: (a, b) => a.endsWith(b),
  contains: (a, b) => a.includes(b),
};

/** Two fields compared as texts; a missing or null field equals nothing. An array stands for each of its elements. */
function fieldTest(slot: number, relation: Relation, cased: boolean): (value: unknown, reading: Reading) => boolean {
  const holds = relations[relation];
  return (value, reading) => {
    const text = textOfValue(value);
    if (text === undefined) return false;
    const left = cased ? text : fold(text);
    return someElement(reading.value(slot), (other) => {
      const right = textOfValue(other);
      return right !== undefined && holds(left, cased ? right : fold(right));
    });
  };
}

/** True when `test` holds of the value, or of an element of it where it is an array (of arrays). */
export function someElement(value: unknown, test: (element: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return test(value);
  for (const element of value) if (someElement(element, test)) return true;
  return false;
}
