import { BridgewatchError } from '../../../kernel/errors.ts';
import { malformedBody, type RequestReader } from './request.ts';

type Members = Readonly<Record<string, unknown>>;

/** Objects and arrays of one body. A record of ten attributes has some 25; the smallest objects cost 30 times their text in memory. */
const BRACKETS = 2_000_000;
/** Brackets inside each other: four a value. Far past what a record may have, so that one record too deep is refused by itself. */
const DEPTH = 400;
const QUOTE = 34;
const BACKSLASH = 92;

/** Measures before parsing, outside strings. */
function checkBrackets(body: Buffer): void {
  let depth = 0;
  let brackets = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) {
      for (at += 1; at < body.length && body[at] !== QUOTE; at += 1) if (body[at] === BACKSLASH) at += 1;
    } else if (byte === 123 || byte === 91) {
      depth += 1;
      brackets += 1;
      if (depth > DEPTH) throw malformedBody(`objects and arrays are nested deeper than ${DEPTH}`);
      if (brackets > BRACKETS)
        throw new BridgewatchError(
          'INGEST_REQUEST_TOO_MUCH',
          `the request has more than ${BRACKETS} objects and arrays; send less at once`,
          413,
        );
    } else if (byte === 125 || byte === 93) depth -= 1;
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objects(value: unknown, name: string): readonly Members[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject)) throw malformedBody(`${name} is no list of objects`);
  return value;
}

function object(value: unknown): Members | undefined {
  return isObject(value) ? value : undefined;
}

/** Reads a request in OTLP's JSON encoding (names in lowerCamelCase, ids in hex). Throws `INGEST_OTLP_BODY` (400), and what the reader throws. */
export function readJson(body: Buffer, reader: RequestReader): void {
  checkBrackets(body);
  let request: unknown;
  try {
    request = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw malformedBody(error instanceof Error ? error.message : '');
  }
  if (!isObject(request)) throw malformedBody('it is no JSON object');
  for (const resourceLogs of objects(request.resourceLogs, 'resourceLogs')) {
    reader.resource(object(resourceLogs.resource));
    for (const scopeLogs of objects(resourceLogs.scopeLogs, 'scopeLogs')) {
      reader.scope(object(scopeLogs.scope));
      for (const record of objects(scopeLogs.logRecords, 'logRecords')) reader.record(record, 0);
    }
  }
}
