import type { JsonObject } from '../../contracts/event.ts';

/** A syslog message taken apart. What the sender left out is undefined, never ''. */
export interface SyslogMessage {
  readonly format: 'rfc5424' | 'rfc3164';
  readonly priority: number | undefined;
  /** ISO 8601, UTC. */
  readonly timestamp: string | undefined;
  /** The time as written, where year or zone had to be supplied. */
  readonly writtenTime: string | undefined;
  readonly hostname: string | undefined;
  readonly program: string | undefined;
  readonly procid: string | undefined;
  readonly msgid: string | undefined;
  /** RFC 5424 structured data: element -> parameter -> value. */
  readonly structured: JsonObject | undefined;
  readonly message: string;
}

/** RFC 5424, table 1, by the names that syslog.conf uses. */
const facilities = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'security',
  'console',
  'clock',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;
const severities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;

/** `<PRI>` at the start of `text`: its value and where it ends; undefined where there is none (0 to 191). */
export function priorityOf(text: string): { readonly value: number; readonly end: number } | undefined {
  const found = /^<(\d{1,3})>/.exec(text);
  if (found === null) return undefined;
  const value = Number(found[1]);
  return value <= 191 ? { value, end: found[0].length } : undefined;
}

/**
 * The header as members of a record: `syslog_format`, `priority` with `facility` and `severity` by name, `timestamp`, `hostname`
 * (the peer's address where the sender named none), `program`, `procid`, `msgid`, `structured`, `peer`.
 */
export function headerOf(message: SyslogMessage, peer: string | undefined): Record<string, unknown> {
  const header: Record<string, unknown> = { syslog_format: message.format };
  const { priority } = message;
  if (priority !== undefined) {
    header.priority = priority;
    header.facility = facilities[priority >> 3];
    header.severity = severities[priority & 7];
  }
  if (message.timestamp !== undefined) header.timestamp = message.timestamp;
  if (message.writtenTime !== undefined) header.timestamp_written = message.writtenTime;
  const hostname = message.hostname ?? peer;
  if (hostname !== undefined) header.hostname = hostname;
  if (message.program !== undefined) header.program = message.program;
  if (message.procid !== undefined) header.procid = message.procid;
  if (message.msgid !== undefined) header.msgid = message.msgid;
  if (message.structured !== undefined) header.structured = message.structured;
  if (peer !== undefined) header.peer = peer;
  return header;
}
