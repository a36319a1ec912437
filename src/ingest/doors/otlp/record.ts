import type { JsonObject } from '../../../contracts/event.ts';
import { lensOf } from '../../../lenses/index.ts';
import type { Incoming } from '../../intake.ts';
import { withEnvelope } from '../../payload/beside.ts';
import { type ReadText, type TextReading, textEvent } from '../../payload/text-event.ts';
import { anyValue, integer, keyValues } from './any-value.ts';
import { ecsName, setPath } from './names.ts';
import { windowsBody } from './windows-body.ts';

type Members = Readonly<Record<string, unknown>>;

/** What a log record's resource and scope say, read once for all their records. */
export interface Origin {
  readonly resource: JsonObject;
  readonly scope: JsonObject | undefined;
}

/** A resource's attributes (of either encoding) as plain JSON. Throws `TooDeep`. */
export function resourceOf(resource: Members | undefined): JsonObject {
  return keyValues(resource?.attributes);
}

/** A scope (of either encoding) as plain JSON; undefined where it says nothing. Throws `TooDeep`. */
export function scopeOf(scope: Members | undefined): JsonObject | undefined {
  const made: Record<string, unknown> = {};
  if (text(scope?.name) !== undefined) made.name = scope?.name;
  if (text(scope?.version) !== undefined) made.version = scope?.version;
  const attributes = keyValues(scope?.attributes);
  if (Object.keys(attributes).length > 0) made.attributes = attributes;
  return Object.keys(made).length > 0 ? made : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Trace and span ids: hex in JSON, bytes in protobuf; all zero is none. */
function hex(value: unknown): string | undefined {
  const read = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : text(value)?.toLowerCase();
  return read === undefined || !/^[0-9a-f]{1,64}$/.test(read) || /^0+$/.test(read) ? undefined : read;
}

/** Nanoseconds since 1970 as ISO 8601, to the nanosecond where they say one; 0 is "not known". */
function iso(nanoseconds: unknown): string | undefined {
  const read = integer(nanoseconds);
  if (read === undefined || read <= 0n) return undefined;
  const ms = Number(read / 1_000_000n);
  const rest = Number(read % 1_000_000n);
  if (ms > 8_640_000_000_000_000) return undefined;
  const whole = new Date(ms).toISOString();
  return rest === 0 ? whole : `${whole.slice(0, -1)}${String(rest).padStart(6, '0')}Z`;
}

function envelopeOf(record: Members, attributes: JsonObject, { resource, scope }: Origin): Record<string, unknown> {
  const severity = typeof record.severityNumber === 'number' ? record.severityNumber : undefined;
  const more: Record<string, unknown> = {
    scope,
    severityNumber: severity === 0 ? undefined : severity,
    severityText: text(record.severityText),
    eventName: text(record.eventName),
    observed: iso(record.observedTimeUnixNano),
    traceId: hex(record.traceId),
    spanId: hex(record.spanId),
    flags: typeof record.flags === 'number' && record.flags !== 0 ? record.flags : undefined,
  };
  const made: Record<string, unknown> = { resource, attributes };
  for (const [name, value] of Object.entries(more)) if (value !== undefined) made[name] = value;
  return made;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The record that a body is by itself, where a lens knows its shape. */
function knownBody(body: unknown, time: string | undefined, reading: TextReading): ReadText | undefined {
  let read: ReadText | undefined;
  if (typeof body === 'string') read = textEvent(body, reading);
  else if (isObject(body)) read = { record: windowsBody(body) ?? body };
  if (read === undefined) return undefined;
  const { record } = read;
  const timed = record['@timestamp'] === undefined && time !== undefined ? { ...record, '@timestamp': time } : record;
  return lensOf(timed).name === 'generic' ? undefined : read;
}

/** The record that OpenTelemetry's own names make, under ECS's where it has them. */
function ownRecord(body: unknown, envelope: Members, attributes: JsonObject, resource: JsonObject): JsonObject {
  const record: Record<string, unknown> = {};
  for (const given of [resource, attributes])
    for (const name of Object.keys(given)) {
      const path = ecsName(name, given[name]);
      if (path !== undefined) setPath(record, path, given[name]);
    }
  if (envelope.eventName !== undefined) setPath(record, 'event.action', envelope.eventName);
  if (envelope.severityText !== undefined) setPath(record, 'log.level', envelope.severityText);
  if (envelope.traceId !== undefined) setPath(record, 'trace.id', envelope.traceId);
  if (envelope.spanId !== undefined) setPath(record, 'span.id', envelope.spanId);
  if (typeof body === 'string') record.message = body;
  else if (body !== null) record.body = body;
  return record;
}

/**
 * A log record (of either encoding) as a record with what OpenTelemetry says of it beside it, under `otel`. A body in a shape that a lens knows is
 * the record; any other is its `message` (a text) or `body`. Throws `TooDeep`.
 */
export function otlpRecord(logRecord: Members, origin: Origin, reading: TextReading): Incoming {
  const attributes = keyValues(logRecord.attributes);
  const body = anyValue(logRecord.body);
  const envelope = envelopeOf(logRecord, attributes, origin);
  const time = iso(logRecord.timeUnixNano) ?? (envelope.observed as string | undefined);
  const host = text(attributes['host.name']) ?? text(origin.resource['host.name']);
  const read = knownBody(body, time, reading) ?? {
    record: {
      ...(time !== undefined && { '@timestamp': time }),
      ...ownRecord(body, envelope, attributes, origin.resource),
    },
  };
  return withEnvelope(read, { name: 'otel', envelope, time, host });
}
