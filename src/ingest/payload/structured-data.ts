import type { JsonObject } from '../../contracts/event.ts';
import { keep } from './keep.ts';

/** Names as RFC 5424, 6.3.2: printable, none of `=`, blank, `]`, `"`; its 32 characters are not insisted on. */
const nameForm = /[!#-<>-\\^-~]{1,128}/y;

/**
 * Structured data (RFC 5424, 6.3) at `from`: `-` or one or more `[id name="value" ...]`, `\"`, `\\` and `\]` unescaped. Undefined where it is
 * not well formed. A parameter that is given twice keeps its values as a list.
 */
export function structuredData(
  text: string,
  from: number,
): { readonly elements: JsonObject | undefined; readonly end: number } | undefined {
  if (text[from] === '-') return { elements: undefined, end: from + 1 };
  if (text[from] !== '[') return undefined;
  const elements: Record<string, unknown> = {};
  let at = from;
  while (text[at] === '[') {
    const id = nameAt(text, at + 1);
    if (id === undefined) return undefined;
    at += 1 + id.length;
    const known = Object.hasOwn(elements, id) ? (elements[id] as Record<string, unknown>) : undefined;
    const element = known ?? {};
    if (known === undefined) keep(elements, id, element);
    for (;;) {
      while (text[at] === ' ') at += 1;
      if (text[at] === ']') break;
      const name = nameAt(text, at);
      if (name === undefined || !text.startsWith('="', at + name.length)) return undefined;
      const valueAt = at + name.length + 2;
      const end = closingQuote(text, valueAt);
      if (end < 0) return undefined;
      const value = unescaped(text.slice(valueAt, end));
      if (!Object.hasOwn(element, name)) keep(element, name, value);
      else if (Array.isArray(element[name])) element[name].push(value);
      else keep(element, name, [element[name], value]);
      at = end + 1;
    }
    at += 1;
  }
  return { elements, end: at };
}

function nameAt(text: string, at: number): string | undefined {
  nameForm.lastIndex = at;
  return nameForm.exec(text)?.[0];
}

function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return -1;
}

/** A backslash before any other character is a backslash. */
function unescaped(value: string): string {
  return value.includes('\\') ? value.replace(/\\(["\\\]])/g, '$1') : value;
}
