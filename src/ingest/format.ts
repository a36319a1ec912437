import { isEvtx } from './doors/file/evtx/reader.ts';
import { envelopePrefix, PREFIX_BYTES } from './envelope.ts';

/** Bytes at the start of a file that its format is judged by. */
export const SNIFF_BYTES = 64 * 1024;

/** `lines`: one record a line. `values`: an array, an envelope, pretty-printed or concatenated JSON. `evtx`: a Windows event log. */
export type Format = 'lines' | 'values' | 'evtx' | 'binary';

const NEWLINE = 10;
const OPEN_OBJECT = 123;
const OPEN_ARRAY = 91;

function skipBlank(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && ((bytes[at] ?? 0) === 32 || ((bytes[at] ?? 0) >= 9 && (bytes[at] ?? 0) <= 13))) at += 1;
  return at;
}

/** The content begins as JSON does; where it does not, its lines are text. */
export function opensJson(content: Buffer): boolean {
  const start = content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf ? 3 : 0;
  const first = content[skipBlank(content, start)];
  return first === OPEN_OBJECT || first === OPEN_ARRAY;
}

/** Where brackets stand at the end of a piece of JSON text. */
function openAtEnd(text: string): { readonly depth: number; readonly inString: boolean; readonly split: boolean } {
  let depth = 0;
  let inString = false;
  let split = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === 92) at += 1;
      else if (character === 34) inString = false;
    } else if (character === 34) inString = true;
    else if (character === OPEN_OBJECT || character === OPEN_ARRAY) {
      if (depth === 0 && at > 0) split = true;
      depth += 1;
    } else if (character === 125 || character === 93) depth -= 1;
  }
  return { depth, inString, split };
}

function parses(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

/** Some line of the window is a JSON object or array by itself. */
export function hasRecordLine(window: Buffer): boolean {
  let at = 0;
  for (let tried = 0; tried < 64 && at < window.length; ) {
    const start = skipBlank(window, at);
    const newline = window.indexOf(NEWLINE, start);
    const end = newline < 0 ? window.length : newline;
    if (window[start] === OPEN_OBJECT || window[start] === OPEN_ARRAY) {
      tried += 1;
      if (parses(window.toString('utf8', start, end))) return true;
    }
    at = end + 1;
  }
  return false;
}

/** NUL and other control bytes that text does not have: more than 1 in 200. */
function hasBinaryBytes(window: Buffer): boolean {
  let strange = 0;
  for (const byte of window) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27 && byte !== 30)) strange += 1;
  return strange * 200 > window.length;
}

/**
 * Judges by content, never by name. `window` is the beginning without a byte order mark; `whole` says it is all there is.
 * An object that opens on the first line is one record a line when that line is complete in itself, or when the next
 * line opens an object where this one allows none (a damaged first line); else it is spread over lines.
 */
export function formatOf(window: Buffer, whole: boolean): Format {
  if (isEvtx(window)) return 'evtx';
  const start = skipBlank(window, 0);
  const first = window[start];
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY)
    return hasBinaryBytes(window) && !hasRecordLine(window) ? 'binary' : 'lines';
  if (first === OPEN_ARRAY) return 'values';
  if (envelopePrefix(window.subarray(start, start + PREFIX_BYTES)) > 0) return 'values';
  const newline = window.indexOf(NEWLINE, start);
  const line = window.toString('utf8', start, newline < 0 ? window.length : newline).trimEnd();
  if (newline < 0) return !whole && openAtEnd(line).split ? 'values' : 'lines';
  if (parses(line)) return 'lines';
  const { depth, inString } = openAtEnd(line);
  if (depth <= 0 || inString) return hasBinaryBytes(window) && !hasRecordLine(window) ? 'binary' : 'lines';
  const next = window[skipBlank(window, newline)];
  if (next === OPEN_OBJECT && !/[[:,]$/.test(line)) return 'lines';
  return 'values';
}
