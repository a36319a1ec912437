import { parseIso } from '../../lenses/time.ts';
import { priorityOf, type SyslogMessage } from './message.ts';
import { structuredData } from './structured-data.ts';

/** VERSION, TIMESTAMP, HOSTNAME, APP-NAME, PROCID, MSGID; lengths are those of RFC 5424 and some more, as senders exceed them. */
const header = /(\d{1,2}) (\S{1,64}) (\S{1,255}) (\S{1,128}) (\S{1,128}) (\S{1,128})(?: |$)/y;

/**
 * A message by RFC 5424; undefined where it is none. Structured data that is not well formed stays in the message, so that nothing
 * of it is lost. The byte order mark before a UTF-8 message is dropped.
 */
export function rfc5424(text: string): SyslogMessage | undefined {
  const priority = priorityOf(text);
  if (priority === undefined) return undefined;
  header.lastIndex = priority.end;
  const found = header.exec(text);
  if (found === null) return undefined;
  const [whole, , written, hostname, program, procid, msgid] = found;
  const time = written === undefined || written === '-' ? undefined : parseIso(written);
  if (time === undefined && written !== '-') return undefined;
  const at = priority.end + whole.length;
  const data = structuredData(text, at);
  const rest = data === undefined ? text.slice(at) : text.slice(data.end + (text[data.end] === ' ' ? 1 : 0));
  return {
    format: 'rfc5424',
    priority: priority.value,
    timestamp: time === undefined ? undefined : new Date(time).toISOString(),
    writtenTime: undefined,
    hostname: given(hostname),
    program: given(program),
    procid: given(procid),
    msgid: given(msgid),
    structured: data?.elements,
    // rsyslog, relaying the older format in this one, keeps the blank behind the tag.
    message: rest.startsWith('\uFEFF') || rest.startsWith(' ') ? rest.slice(1) : rest,
  };
}

function given(value: string | undefined): string | undefined {
  return value === '-' ? undefined : value;
}
