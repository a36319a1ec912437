import type { JsonObject } from '../../../contracts/event.ts';
import { parseTime } from '../../../lenses/time.ts';
import { enveloped } from '../../envelope.ts';
import type { Incoming } from '../../intake.ts';
import { withEnvelope } from '../../payload/beside.ts';
import { type ReadText, type TextReading, textEvent } from '../../payload/text-event.ts';
import type { HecCode } from './answers.ts';

const metadata = ['time', 'host', 'source', 'sourcetype', 'index', 'fields'] as const;
/** What Splunk keeps of an event beside its content; as sent, so that nothing of it is lost. */
export type Metadata = { readonly [K in (typeof metadata)[number]]?: unknown };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function metadataOf(object: JsonObject, defaults: Metadata): JsonObject {
  const found: Record<string, unknown> = {};
  for (const name of metadata) {
    const value = object[name] ?? defaults[name];
    if (value !== undefined && value !== null && value !== '') found[name] = value;
  }
  return found;
}

/** Indexed fields are flat: texts, numbers, or lists of them. */
function areFlat(fields: unknown): boolean {
  if (fields === undefined || fields === null) return true;
  return isObject(fields) && !Object.values(fields).some(isObject);
}

/** A record, or the records of an envelope that a service wraps its own in (`{"Records":[...]}`). */
function recordsOf(read: ReadText): readonly ReadText[] {
  const inside = enveloped(read.record);
  if (inside === undefined || inside.length === 0 || !inside.every(isObject)) return [read];
  return inside.map((record) => ({ record }));
}

function beside(read: ReadText, envelope: JsonObject): Incoming[] {
  const ms = parseTime(envelope.time);
  const time = ms === undefined ? undefined : new Date(ms).toISOString();
  const host = typeof envelope.host === 'string' ? envelope.host : undefined;
  return recordsOf(read).map((one) => withEnvelope(one, { name: 'hec', envelope, time, host }));
}

/**
 * The records of one object of the event endpoint, or Splunk's code for what is wrong with it. An `event` that is an object is the record;
 * one that is a text is read for what it holds.
 *
 * @param eventText the JSON text of the member `event`, where it stands whole in the body
 */
export function eventRecords(
  object: JsonObject,
  eventText: string | undefined,
  defaults: Metadata,
  reading: TextReading,
): Incoming[] | HecCode {
  const event = object.event;
  if (event === undefined || event === null) return 12;
  if (event === '') return 13;
  if (!areFlat(object.fields)) return 15;
  const envelope = metadataOf(object, defaults);
  if (isObject(event))
    return beside(eventText === undefined ? { record: event } : { record: event, raw: eventText }, envelope);
  const text = typeof event === 'string' ? event : JSON.stringify(event);
  return beside(textEvent(text, reading), envelope);
}

/** The records of one line of the raw endpoint. */
export function lineRecords(line: string, defaults: Metadata, reading: TextReading): Incoming[] {
  return beside(textEvent(line, reading), metadataOf({}, defaults));
}
