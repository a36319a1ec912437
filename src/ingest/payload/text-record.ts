import type { JsonObject } from '../../contracts/event.ts';
import { auditOf } from './audit-text.ts';
import { cefOf } from './cef.ts';
import { jsonPayload } from './json-payload.ts';
import { leefOf } from './leef.ts';
import { headerOf } from './message.ts';
import { rfc3164 } from './rfc3164.ts';
import { rfc5424 } from './rfc5424.ts';
import { hideToken, withoutToken } from './token.ts';

/** A text read: its record, and the token its structured data held, which is not in the record. */
export interface ReadText {
  readonly record: JsonObject;
  readonly token: string | undefined;
}

const auditPrograms = new Set(['audispd', 'audisp-syslog', 'audit', 'auditd']);

/**
 * One line of text as a record; any text is one, nothing throws.
 *
 * - Syslog, RFC 5424 and 3164: `{ message, syslog_format, timestamp, hostname, program, ... }` (see `headerOf`).
 * - In its message, or bare: CEF `{ cef, syslog? }`, LEEF `{ leef, syslog? }`, a Linux audit record or a JSON object as the record itself with
 *   the header in `syslog` (`syslog_header` where the object has a member of that name).
 * - Anything else: `{ message, hostname? }`.
 *
 * @param receivedAt epoch ms: gives times without a year theirs
 * @param peer the address it came from: `hostname` where the text names none
 * @param zone ms east of UTC, for times that name no zone
 */
export function textRecord(text: string, receivedAt: number, peer?: string, zone = 0): JsonObject {
  return readText(text, receivedAt, peer, zone).record;
}

export function readText(text: string, receivedAt: number, peer: string | undefined, zone: number): ReadText {
  const found = rfc5424(text) ?? rfc3164(text, receivedAt, zone);
  if (found === undefined) {
    const header = peer === undefined ? undefined : { hostname: peer, peer };
    const shown = hideToken(text);
    return { record: payloadOf(shown, header, true) ?? { message: shown, ...header }, token: undefined };
  }
  const { message, token } = withoutToken(found);
  const header = headerOf(message, peer);
  // A relay that knows tags only takes `CEF:0|...` for a program called CEF.
  const split = message.program === 'CEF' || message.program === 'LEEF';
  const content = split ? `${message.program}:${message.message.trimStart()}` : message.message;
  const mayAudit = message.program === undefined || auditPrograms.has(message.program);
  return { record: payloadOf(content, header, mayAudit) ?? { ...header, message: message.message }, token };
}

/** What the message holds, where it holds more than prose. Only from its very start: a name that a user typed must not open a payload. */
function payloadOf(
  text: string,
  header: Readonly<Record<string, unknown>> | undefined,
  mayAudit: boolean,
): JsonObject | undefined {
  const beside = header === undefined ? {} : { syslog: header };
  const start = text.trimStart();
  const cef = cefOf(start);
  if (cef !== undefined) return { cef, ...beside };
  const leef = leefOf(start);
  if (leef !== undefined) return { leef, ...beside };
  const audit = mayAudit ? auditOf(start) : undefined;
  if (audit !== undefined) {
    const node = audit.node ?? header?.hostname;
    return { ...audit, ...(node === undefined ? {} : { node }), ...beside };
  }
  const json = jsonPayload(start);
  if (json === undefined || header === undefined) return json;
  return Object.hasOwn(json, 'syslog') ? { ...json, syslog_header: header } : { ...json, ...beside };
}
