const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;

/** Where one JSON object stands in the body, and where the value of its member `event` does. */
export interface ObjectRange {
  readonly start: number;
  readonly end: number;
  /** 0 where no single place holds it: the member is absent, or a name is written with escapes. */
  readonly eventStart: number;
  readonly eventEnd: number;
}

const eventName = Buffer.from('event');

/** End of the string whose opening quote is at `at`: the index after its closing quote, or -1. */
function stringEnd(body: Buffer, at: number): number {
  let from = at + 1;
  for (;;) {
    const quote = body.indexOf(QUOTE, from);
    if (quote < 0) return -1;
    let slashes = 0;
    while (body[quote - 1 - slashes] === BACKSLASH && quote - 1 - slashes > at) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

/**
 * Finds the object that begins at `start` (an opening brace). It follows strings and brackets only, JSON.parse judges the rest; undefined
 * where the body ends inside the object.
 */
export function objectAt(body: Buffer, start: number): ObjectRange | undefined {
  let depth = 0;
  let nameStart = 0;
  let nameEnd = 0;
  let valueStart = 0;
  let eventStart = 0;
  let eventEnd = 0;
  let escapedName = false;
  for (let at = start; at < body.length; at += 1) {
    const byte = body[at] as number;
    if (byte === QUOTE) {
      const end = stringEnd(body, at);
      if (end < 0) return undefined;
      if (depth === 1 && valueStart === 0) {
        nameStart = at + 1;
        nameEnd = end - 1;
      }
      at = end - 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
    else if (byte === COLON) {
      if (depth === 1 && valueStart === 0) valueStart = at + 1;
    } else if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (depth === 1 && valueStart > 0) {
        if (body.subarray(nameStart, nameEnd).includes(BACKSLASH)) escapedName = true;
        // The last of several counts, as it does for JSON.parse.
        if (nameEnd - nameStart === 5 && body.subarray(nameStart, nameEnd).equals(eventName)) {
          eventStart = valueStart;
          eventEnd = at;
        }
        valueStart = 0;
      }
      if (byte !== COMMA) depth -= 1;
      if (depth === 0)
        return { start, end: at + 1, eventStart: escapedName ? 0 : eventStart, eventEnd: escapedName ? 0 : eventEnd };
    }
  }
  return undefined;
}

/**
 * Index of the next byte that may begin an object: white space, and the brackets and commas of arrays around objects, are passed over, as
 * Splunk does. The body's length at its end.
 */
export function nextValue(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length) {
    const byte = body[at] as number;
    const between = byte <= 32 || byte === COMMA || byte === OPEN_ARRAY || byte === CLOSE_ARRAY;
    if (!between) break;
    at += 1;
  }
  return at;
}
