import type { JsonObject } from '../../../contracts/event.ts';
import type { Incoming } from '../../intake.ts';
import { parseRecord } from '../../parse-record.ts';
import type { RejectCode } from '../../reject.ts';

/** Why one document was not taken, as its item says it. */
export interface DocumentFault {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** As counted against the source. */
  readonly code: RejectCode | 'INGEST_APPEND_ONLY' | 'INGEST_BAD_NAME';
}

interface DocumentLimits {
  readonly eventBytes: number;
  readonly depth: number;
}

/** The document in `body[start, end)`, its bytes as they came; or what is wrong with it. */
export function readDocument(
  body: Buffer,
  start: number,
  end: number,
  id: string | undefined,
  limits: DocumentLimits,
): Incoming | DocumentFault {
  if (end - start > limits.eventBytes) {
    const message = `the document has ${end - start} bytes; at most ${limits.eventBytes} are taken`;
    return { status: 413, type: 'illegal_argument_exception', code: 'INGEST_RECORD_TOO_LONG', message };
  }
  const parsed = parseRecord(body, start, end, limits.depth);
  if (parsed.kind === 'deep')
    return unreadable(`objects are nested deeper than ${limits.depth}`, 'INGEST_RECORD_TOO_DEEP');
  if (parsed.kind === 'invalid') return unreadable(parsed.detail, 'INGEST_INVALID_JSON');
  const { value, text } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return unreadable('a document is a JSON object', 'INGEST_NOT_AN_OBJECT');
  // What is kept is valid UTF-8: bytes that were not have become U+FFFD in the text.
  const raw = text.includes('\ufffd') ? text : body.subarray(start, end);
  return { record: value as JsonObject, raw, nativeId: id };
}

export function isFault(read: Incoming | DocumentFault): read is DocumentFault {
  return 'status' in read;
}

function unreadable(detail: string, code: RejectCode): DocumentFault {
  return { status: 400, type: 'mapper_parsing_exception', code, message: `failed to parse: ${detail}` };
}
