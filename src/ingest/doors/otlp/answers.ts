import type { BridgewatchError } from '../../../kernel/errors.ts';
import { ExportLogsServiceResponse, Status } from './proto.ts';

export type Encoding = 'json' | 'protobuf';

export const contentTypes: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

/** The encoding a content type names, or undefined for one that OTLP does not have. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === contentTypes.json) return 'json';
  return type === contentTypes.protobuf || type === 'application/protobuf' ? 'protobuf' : undefined;
}

function encoded(type: typeof Status, encoding: Encoding, message: Readonly<Record<string, unknown>>): Buffer {
  return encoding === 'json'
    ? Buffer.from(JSON.stringify(message))
    : Buffer.from(type.encode(type.create(message)).finish());
}

/** ExportLogsServiceResponse: empty where everything was taken, else how many records were not, and why. */
export function exportAnswer(encoding: Encoding, rejected: number, detail: string): Buffer {
  if (rejected === 0) return encoded(ExportLogsServiceResponse, encoding, {});
  const rejectedLogRecords = encoding === 'json' ? String(rejected) : rejected;
  const partialSuccess = { rejectedLogRecords, errorMessage: detail };
  return encoded(ExportLogsServiceResponse, encoding, { partialSuccess });
}

/** google.rpc.Code by HTTP status, as google/rpc/code.proto maps them. */
const rpcCodes: Readonly<Record<number, number>> = { 401: 16, 403: 7, 404: 5, 408: 4, 429: 8, 500: 13, 503: 14 };

/** google.rpc.Status, with our code before its message. */
export function refusalStatus(encoding: Encoding, { code, message, status }: BridgewatchError): Buffer {
  return encoded(Status, encoding, { code: rpcCodes[status] ?? 3, message: `${code}: ${message}` });
}
