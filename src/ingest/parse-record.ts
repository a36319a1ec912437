import type { JsonObject } from '../contracts/event.ts';

/** Records longer than this are measured before they are parsed: parsing is what deep nesting makes dear. */
const SMALL = 64 * 1024;
const QUOTE = 34;
const BACKSLASH = 92;

/** Depth of brackets in `bytes[start, end)`, outside strings, is more than `limit`. */
export function bytesTooDeep(bytes: Buffer, start: number, end: number, limit: number): boolean {
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      for (at += 1; at < end && bytes[at] !== QUOTE; at += 1) if (bytes[at] === BACKSLASH) at += 1;
    } else if (byte === 123 || byte === 91) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === 125 || byte === 93) depth -= 1;
  }
  return false;
}

/** Objects and arrays inside each other are more than `limit`. */
export function valueTooDeep(value: object, limit: number): boolean {
  if (limit === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value)
      if (typeof item === 'object' && item !== null && valueTooDeep(item, limit - 1)) return true;
    return false;
  }
  for (const key in value) {
    const item = (value as JsonObject)[key];
    if (typeof item === 'object' && item !== null && valueTooDeep(item, limit - 1)) return true;
  }
  return false;
}

export type Parsed =
  | { readonly kind: 'value'; readonly value: unknown; readonly text: string }
  | { readonly kind: 'invalid'; readonly detail: string }
  | { readonly kind: 'deep' };

/** Parses one record. Never throws; bytes that are not UTF-8 become U+FFFD, as one bad byte must not hide an event. */
export function parseRecord(bytes: Buffer, start: number, end: number, depth: number): Parsed {
  const long = end - start > SMALL;
  if (long && bytesTooDeep(bytes, start, end, depth)) return { kind: 'deep' };
  const text = bytes.toString('utf8', start, end);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'invalid', detail: error instanceof Error ? error.message.slice(0, 200) : '' };
  }
  if (!long && typeof value === 'object' && value !== null && valueTooDeep(value, depth)) return { kind: 'deep' };
  return { kind: 'value', value, text };
}
