import protobuf from 'protobufjs/light.js';

/** Field: number, type, `repeated`. */
type Field = readonly [id: number, type: string, rule?: 'repeated'];

function message(fields: Readonly<Record<string, Field>>, oneof?: string): protobuf.IType {
  const made: Record<string, protobuf.IField> = {};
  for (const [name, [id, type, rule]] of Object.entries(fields)) made[name] = rule ? { id, type, rule } : { id, type };
  return oneof === undefined ? { fields: made } : { fields: made, oneofs: { [oneof]: { oneof: Object.keys(fields) } } };
}

/**
 * OTLP 1.x: what logs need of opentelemetry/proto/{collector/logs,logs,resource,common}/v1 and of google/rpc/status, by field number.
 * Fields that are not here are passed over.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    AnyValue: message(
      {
        stringValue: [1, 'string'],
        boolValue: [2, 'bool'],
        intValue: [3, 'int64'],
        doubleValue: [4, 'double'],
        arrayValue: [5, 'ArrayValue'],
        kvlistValue: [6, 'KeyValueList'],
        bytesValue: [7, 'bytes'],
      },
      'value',
    ),
    ArrayValue: message({ values: [1, 'AnyValue', 'repeated'] }),
    KeyValueList: message({ values: [1, 'KeyValue', 'repeated'] }),
    KeyValue: message({ key: [1, 'string'], value: [2, 'AnyValue'] }),
    Resource: message({ attributes: [1, 'KeyValue', 'repeated'] }),
    InstrumentationScope: message({
      name: [1, 'string'],
      version: [2, 'string'],
      attributes: [3, 'KeyValue', 'repeated'],
    }),
    LogRecord: message({
      timeUnixNano: [1, 'fixed64'],
      // An enum on the wire; its number is what is kept.
      severityNumber: [2, 'int32'],
      severityText: [3, 'string'],
      body: [5, 'AnyValue'],
      attributes: [6, 'KeyValue', 'repeated'],
      droppedAttributesCount: [7, 'uint32'],
      flags: [8, 'fixed32'],
      traceId: [9, 'bytes'],
      spanId: [10, 'bytes'],
      observedTimeUnixNano: [11, 'fixed64'],
      eventName: [12, 'string'],
    }),
    ExportLogsPartialSuccess: message({ rejectedLogRecords: [1, 'int64'], errorMessage: [2, 'string'] }),
    ExportLogsServiceResponse: message({ partialSuccess: [1, 'ExportLogsPartialSuccess'] }),
    Status: message({ code: [1, 'int32'], message: [2, 'string'] }),
  },
});

export const Resource = root.lookupType('Resource');
export const InstrumentationScope = root.lookupType('InstrumentationScope');
export const LogRecord = root.lookupType('LogRecord');
export const ExportLogsServiceResponse = root.lookupType('ExportLogsServiceResponse');
export const Status = root.lookupType('Status');

/** A length-delimited field of a message: which one, and where its bytes are. */
export interface WireField {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/**
 * The length-delimited fields of a message, one at a time. The levels above a log record are walked so, and not decoded whole: two bytes
 * on the wire can be an object in memory, and a request may have tens of millions of them. Throws where the bytes are no message.
 */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const type = tag & 7;
    const id = tag >>> 3;
    if (id === 0) throw new Error('field number 0');
    if (type !== 2) {
      reader.skipType(type);
      continue;
    }
    const length = reader.uint32();
    const start = reader.pos;
    if (length > reader.len - start) throw new Error(`a field of ${length} bytes where ${reader.len - start} are left`);
    reader.pos = start + length;
    yield { id, bytes: bytes.subarray(start, start + length) };
  }
}
