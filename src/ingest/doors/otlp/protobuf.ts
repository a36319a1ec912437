import { InstrumentationScope, LogRecord, Resource, wireFields } from './proto.ts';
import { malformedBody, type RequestReader } from './request.ts';

type Members = Readonly<Record<string, unknown>>;

/** Field numbers of ExportLogsServiceRequest, ResourceLogs and ScopeLogs. */
const RESOURCE_LOGS = 1;
const RESOURCE = 1;
const SCOPE_LOGS = 2;
const SCOPE = 1;
const LOG_RECORDS = 2;

/** Bytes of a resource or a scope: a list of attributes. */
const ORIGIN_BYTES = 256 * 1024;

const detailOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 200) : '');

function* each(message: Uint8Array, id: number): Generator<Uint8Array> {
  const fields = wireFields(message);
  for (;;) {
    let next: ReturnType<typeof fields.next>;
    try {
      next = fields.next();
    } catch (error) {
      throw malformedBody(detailOf(error));
    }
    if (next.done === true) return;
    if (next.value.id === id) yield next.value.bytes;
  }
}

/** A field that is there once, wherever it stands; of several the last, which is as near as senders come to meaning anything by them. */
function only(type: typeof Resource, message: Uint8Array, id: number): Members | undefined {
  let found: Uint8Array | undefined;
  for (const bytes of each(message, id)) found = bytes;
  if (found === undefined) return undefined;
  if (found.length > ORIGIN_BYTES)
    throw malformedBody(`a resource or scope of ${found.length} bytes, at most ${ORIGIN_BYTES}`);
  try {
    return type.decode(found) as unknown as Members;
  } catch (error) {
    throw malformedBody(detailOf(error));
  }
}

/**
 * Reads a request in protobuf, a log record at a time: two bytes on the wire can be an object in memory, so that a request decoded whole could
 * need a hundred times its size. Throws `INGEST_OTLP_BODY` (400), and what the reader throws.
 */
export function readProtobuf(body: Buffer, reader: RequestReader): void {
  for (const resourceLogs of each(body, RESOURCE_LOGS)) {
    reader.resource(only(Resource, resourceLogs, RESOURCE));
    for (const scopeLogs of each(resourceLogs, SCOPE_LOGS)) {
      reader.scope(only(InstrumentationScope, scopeLogs, SCOPE));
      for (const bytes of each(scopeLogs, LOG_RECORDS)) {
        if (bytes.length > reader.eventBytes) {
          reader.record({}, bytes.length);
          continue;
        }
        let record: Members;
        try {
          record = LogRecord.decode(bytes) as unknown as Members;
        } catch (error) {
          reader.damaged(detailOf(error));
          continue;
        }
        reader.record(record, bytes.length);
      }
    }
  }
}
