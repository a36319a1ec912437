import { monthTime } from '../../lenses/month-time.ts';
import { parseIso } from '../../lenses/time.ts';
import { priorityOf, type SyslogMessage } from './message.ts';

/** Cisco IOS puts a counter, and where told its name, before the time: `123: core1: *Mar  1 18:46:11.123: %SYS-5-...`. */
const ciscoCounter =
  /^(?:\d{1,10}: ?)?(?:([A-Za-z][\w.-]{0,254}): )?(?:\d{1,10}: ?)?[*.]?(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d|\d{4}-|%)/;
/** `%ASA-6-302013:`, `%SYS-5-CONFIG_I:`, `%LINEPROTO-SW1-5-UPDOWN:`. */
const ciscoTag = /^:? ?(%[A-Z][A-Z0-9_]{0,40}(?:-[A-Za-z0-9_]{1,40}){1,4}):\s?/;
const isoTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?=[: ])/;
const zoneAtEnd = /(?:Z|[+-]\d\d:?\d\d)$/;
const hostToken = /^([A-Za-z0-9_][\w.:@/-]{0,254}|\[[0-9a-fA-F:.]{2,45}\]) +/;
const address6 = /^\[?[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}\]?$/;
/** `sshd[42]: `, `sudo: `, `su(pam_unix)[42]: `, `postfix/smtpd[42]: `; without a colon only where a process id follows. */
const tag = /^([A-Za-z0-9_/.@%+-][^\s:[\]]{0,127})(?:\[([^\]\s]{1,64})\](?::|(?= ))|:(?=\s|$)) ?/;
const payload = /^(?:CEF|LEEF|@cee):/;
const level = /^(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERR|ERROR|CRITICAL|FATAL|SEVERE)$/i;

/**
 * A message as devices and old daemons send it (RFC 3164 and what came of it): any of priority, time, host and tag may be absent. Undefined for
 * text with neither priority nor a header that can be told from prose.
 *
 * @param receivedAt epoch ms, for times without a year
 * @param zone ms east of UTC, for times that name none
 */
export function rfc3164(text: string, receivedAt: number, zone: number): SyslogMessage | undefined {
  const priority = priorityOf(text);
  let rest = priority === undefined ? text : text.slice(priority.end).replace(/^ {1,8}/, '');
  let hostname: string | undefined;
  if (priority !== undefined) {
    const counter = ciscoCounter.exec(rest);
    if (counter !== null) {
      hostname = counter[1];
      rest = rest.slice(counter[0].length);
    }
  }
  const time = timeAt(rest, receivedAt, zone);
  if (priority === undefined && time === undefined) return undefined;
  if (time !== undefined) rest = rest.slice(time.length);
  const cisco = ciscoTag.exec(rest);
  if (cisco === null && time !== undefined) {
    rest = rest.replace(/^:? {0,4}/, '');
    const host = hostAt(rest);
    if (host !== undefined) {
      hostname = host.name;
      rest = rest.slice(host.length);
    }
  }
  const tagged = tagAt(rest);
  if (priority === undefined && time?.iso === true) {
    // An application's own line begins with a time too; only host and tag together show that a daemon wrote it.
    if (hostname === undefined || level.test(hostname) || (tagged === undefined && !payload.test(rest)))
      return undefined;
  }
  return {
    format: 'rfc3164',
    priority: priority?.value,
    timestamp: time === undefined ? undefined : new Date(time.ms).toISOString(),
    writtenTime: time?.complete === false ? time.written : undefined,
    hostname,
    program: tagged?.program,
    procid: tagged?.procid,
    msgid: undefined,
    structured: undefined,
    message: tagged === undefined ? rest : rest.slice(tagged.length),
  };
}

interface TimeAt {
  readonly ms: number;
  readonly length: number;
  readonly complete: boolean;
  readonly written: string;
  readonly iso: boolean;
}

function timeAt(text: string, receivedAt: number, zone: number): TimeAt | undefined {
  const iso = isoTime.exec(text)?.[0];
  if (iso !== undefined) {
    const complete = zoneAtEnd.test(iso);
    const ms = parseIso(iso);
    if (ms === undefined) return undefined;
    return { ms: complete ? ms : ms - zone, length: iso.length, complete, written: iso, iso: true };
  }
  const month = monthTime(text.slice(0, 64), receivedAt, zone);
  return month === undefined ? undefined : { ...month, written: text.slice(0, month.length), iso: false };
}

/** The token after the time, unless it is a tag (then the sender left the host out). */
function hostAt(text: string): { readonly name: string; readonly length: number } | undefined {
  if (payload.test(text) || text.startsWith('%')) return undefined;
  const found = hostToken.exec(text);
  const token = found?.[1];
  if (found === null || token === undefined) return undefined;
  if (token.endsWith(':') && !address6.test(token)) return undefined;
  const name = token.startsWith('[') ? token.slice(1, -1) : token;
  return { name, length: found[0].length };
}

function tagAt(
  text: string,
): { readonly program: string; readonly procid: string | undefined; readonly length: number } | undefined {
  if (payload.test(text)) return undefined;
  const cisco = ciscoTag.exec(text);
  if (cisco?.[1] !== undefined) return { program: cisco[1], procid: undefined, length: cisco[0].length };
  const found = tag.exec(text);
  if (found?.[1] === undefined) return undefined;
  return { program: found[1], procid: found[2], length: found[0].length };
}
