import type { JsonObject } from '../../contracts/event.ts';
import { parseRecord } from '../parse-record.ts';
import { textRecord } from './text-record.ts';
import { windowsXml } from './windows-xml.ts';

/** A record, with its JSON text as received where it was JSON. */
export interface ReadText {
  readonly record: JsonObject;
  readonly raw?: string;
}

export interface TextReading {
  /** Epoch ms: what is left out of a text's time (a year) is judged by it. */
  readonly receivedAt: number;
  /** Objects and arrays inside each other, at most. */
  readonly depth: number;
}

/**
 * The event in a text that a shipper sent as text: a JSON object, a Windows event in XML, or a line of a log (syslog, CEF, LEEF). A JSON object nested too
 * deep stays a text: it is kept and can be searched, and no lens reads it.
 */
export function textEvent(text: string, { receivedAt, depth }: TextReading): ReadText {
  const raw = text.trim();
  if (raw.startsWith('{') && raw.endsWith('}')) {
    const bytes = Buffer.from(raw, 'utf8');
    const parsed = parseRecord(bytes, 0, bytes.length, depth);
    if (parsed.kind === 'value') return { record: parsed.value as JsonObject, raw };
  }
  return { record: windowsXml(text) ?? textRecord(text, receivedAt) };
}
