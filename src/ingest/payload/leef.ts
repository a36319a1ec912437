import { keep } from './keep.ts';
import { pipeHeader } from './pipe-header.ts';

const start = /^LEEF: ?([12])(\.\d)?\|/;
/** `x09`, `0x5E`, `x00A6`; any single character stands for itself. */
const hexDelimiter = /^(?:0?x)([0-9a-fA-F]{1,4})$/;
/** How relays that escape control characters write a tab. */
const ESCAPED_TAB = '#011';

/**
 * A LEEF event (IBM QRadar Log Event Extended Format, 1.0 and 2.0): header fields by name, `attributes` as sent; attributes are parted by tabs, or
 * by what 2.0 names. A key that comes again keeps its further values under `repeated`. Undefined where `text` is none.
 */
export function leefOf(text: string): Record<string, unknown> | undefined {
  const version = start.exec(text);
  if (version === null) return undefined;
  const header = pipeHeader(text, version[0].length, 4);
  if (header === undefined) return undefined;
  const [vendor, product, productVersion, eventId] = header.fields;
  let rest = text.slice(header.end);
  let delimiter = '\t';
  if (version[1] === '2') {
    const named = delimiterOf(rest);
    delimiter = named?.delimiter ?? delimiter;
    rest = rest.slice(named?.length ?? 0);
  }
  if (delimiter === '\t' && !rest.includes('\t') && rest.includes(ESCAPED_TAB)) delimiter = ESCAPED_TAB;
  return {
    version: `${version[1]}${version[2] ?? '.0'}`,
    vendor,
    product,
    productVersion,
    eventId,
    ...attributesOf(rest, delimiter),
  };
}

/** The delimiter field of 2.0, with the `|` behind it; some leave the field out. */
function delimiterOf(text: string): { readonly delimiter: string | undefined; readonly length: number } | undefined {
  // `|` itself may be the delimiter.
  const end = text.startsWith('||') ? 1 : text.indexOf('|');
  if (end < 0 || end > 6) return undefined;
  const field = text.slice(0, end);
  if (text.startsWith('||')) return { delimiter: '|', length: 2 };
  if (field === '') return { delimiter: undefined, length: 1 };
  const hex = hexDelimiter.exec(field)?.[1];
  if (hex !== undefined) return { delimiter: String.fromCharCode(Number.parseInt(hex, 16)), length: end + 1 };
  return [...field].length === 1 ? { delimiter: field, length: end + 1 } : undefined;
}

function attributesOf(text: string, delimiter: string): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  const repeated: Record<string, string[]> = {};
  let last: string | undefined;
  for (const part of text.split(delimiter)) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (name === '') {
      // A value with the delimiter inside goes on.
      if (last !== undefined && part !== '') keep(attributes, last, `${String(attributes[last])}${delimiter}${part}`);
      continue;
    }
    const value = part.slice(equals + 1);
    if (!Object.hasOwn(attributes, name)) {
      keep(attributes, name, value);
      last = name;
    } else if (Object.hasOwn(repeated, name)) repeated[name]?.push(value);
    else keep(repeated, name, [value]);
  }
  return Object.keys(repeated).length > 0 ? { attributes, repeated } : { attributes };
}
