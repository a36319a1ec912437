import type { JsonObject } from '../../contracts/event.ts';
import { parseRecord } from '../parse-record.ts';

/** Deeper objects stay the text they came as. */
const DEPTH = 100;

/** The object that a message consists of, behind `@cee:` (Common Event Expression, as rsyslog and syslog-ng write it) or bare. */
export function jsonPayload(message: string): JsonObject | undefined {
  const text = message.replace(/^\s{0,8}@cee:\s{0,8}/, '').trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  const bytes = Buffer.from(text, 'utf8');
  const parsed = parseRecord(bytes, 0, bytes.length, DEPTH);
  if (parsed.kind !== 'value') return undefined;
  return parsed.value as JsonObject;
}
