import type { JsonObject } from '../../../contracts/event.ts';
import type { Incoming } from '../../intake.ts';
import { parseRecord } from '../../parse-record.ts';
import type { TextReading } from '../../payload/text-event.ts';
import { looksLikeWindowsXml } from '../../payload/windows-xml.ts';
import type { HecCode } from './answers.ts';
import { eventRecords, lineRecords, type Metadata } from './envelope.ts';
import { nextValue, objectAt } from './objects.ts';

export interface BodyReading extends TextReading {
  /** Bytes of one event. */
  readonly eventBytes: number;
  /** Events of one request. */
  readonly events: number;
  /** Bytes of all records as kept: each has its envelope beside it, so they may be many more than were sent. */
  readonly keptBytes: number;
}

/** What a body held, up to the first event that cannot be taken. */
export interface BodyRead {
  readonly records: readonly Incoming[];
  /** What is wrong with event number `at`, counted from 0, as Splunk counts them. */
  readonly fault?: { readonly code: HecCode; readonly at: number };
}

const OPEN_OBJECT = 123;

/**
 * Reads the body of the event endpoint: objects one after another, with white space, newlines, commas or nothing between, or in an array.
 * What stands before a fault is taken, as Splunk does; the client is told the fault's number and sends from there, or drops it.
 */
export function readEvents(body: Buffer, defaults: Metadata, reading: BodyReading): BodyRead {
  const records: Incoming[] = [];
  let number = 0;
  let kept = 0;
  for (let at = nextValue(body, 0); at < body.length; at = nextValue(body, at), number += 1) {
    const fault = (code: HecCode): BodyRead => ({ records, fault: { code, at: number } });
    if (records.length >= reading.events) return fault(27);
    const range = body[at] === OPEN_OBJECT ? objectAt(body, at) : undefined;
    if (range === undefined) return fault(6);
    if (range.end - range.start > reading.eventBytes) return fault(27);
    const parsed = parseRecord(body, range.start, range.end, reading.depth);
    if (parsed.kind !== 'value') return fault(6);
    const eventText =
      range.eventStart === 0 ? undefined : body.toString('utf8', range.eventStart, range.eventEnd).trim();
    const taken = eventRecords(parsed.value as JsonObject, eventText, defaults, reading);
    if (typeof taken === 'number') return fault(taken);
    for (const record of taken) {
      kept += record.raw.length;
      if (kept > reading.keptBytes) return fault(27);
      records.push(record);
    }
    at = range.end;
  }
  return number === 0 ? { records, fault: { code: 5, at: 0 } } : { records };
}

const END_OF_EVENT = '</Event>';

/**
 * Reads the body of the raw endpoint: an event a line; Windows events in XML to their end tag, over as many lines as they take. Empty lines
 * are none.
 */
export function readLines(body: Buffer, defaults: Metadata, reading: BodyReading): BodyRead {
  const text = body.toString('utf8');
  const records: Incoming[] = [];
  let number = 0;
  let kept = 0;
  let tag = 0;
  for (let at = 0; at < text.length; ) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    // Where no end tag is left, none is looked for again: each search would run to the body's end.
    if (tag >= 0 && looksLikeWindowsXml(text.slice(at, at + 512))) {
      tag = text.indexOf(END_OF_EVENT, at);
      if (tag >= 0) end = tag + END_OF_EVENT.length;
    }
    const line = text.slice(at, end).replace(/\r$/, '');
    at = text[end] === '\n' ? end + 1 : end;
    if (line.trim() === '') continue;
    if (line.length > reading.eventBytes || records.length >= reading.events)
      return { records, fault: { code: 27, at: number } };
    for (const record of lineRecords(line, defaults, reading)) {
      kept += record.raw.length;
      if (kept > reading.keptBytes) return { records, fault: { code: 27, at: number } };
      records.push(record);
    }
    number += 1;
  }
  return number === 0 ? { records, fault: { code: 5, at: 0 } } : { records };
}
