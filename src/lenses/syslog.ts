import type { Activity, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { draft, processRef } from './activity.ts';
import { firstText, pathReader, type Reader, someScalar, textOf } from './fields.ts';
import { address, hostName, userName } from './names.ts';
import { parseTime } from './time.ts';

const programs = [
  'program',
  'appname',
  'app_name',
  'ident',
  'SYSLOG_IDENTIFIER',
  'syslog_program',
  'ProcessName',
  'process',
  'tag',
];
const messages = ['message', 'msg', 'MESSAGE', 'Message', 'SyslogMessage'];
const hosts = ['hostname', 'host', '_HOSTNAME', 'Computer', 'HostName', 'logsource', 'Hostname', 'hostIP', 'HostIP'];
const marks = [
  'facility',
  'Facility',
  'severity',
  'SeverityLevel',
  'priority',
  'pri',
  'PRIORITY',
  'SYSLOG_IDENTIFIER',
  'SyslogMessage',
  'syslog_facility',
  'procid',
];

const origin = (service: string): EventOrigin =>
  Object.freeze({ product: 'linux', service, categories: Object.freeze([]) });

/** Program -> Sigma's Linux service. */
const services: Readonly<Record<string, EventOrigin>> = {
  sshd: origin('sshd'),
  sudo: origin('sudo'),
  su: origin('auth'),
  login: origin('auth'),
  'systemd-logind': origin('auth'),
  cron: origin('cron'),
  crond: origin('cron'),
  clamd: origin('clamav'),
  clamav: origin('clamav'),
  freshclam: origin('clamav'),
  vsftpd: origin('vsftpd'),
  guacd: origin('guacamole'),
  audispd: origin('auditd'),
  audit: origin('auditd'),
  auditd: origin('auditd'),
};
const rest = origin('syslog');

function programOf(record: JsonObject): string | undefined {
  const name = firstText(record, programs);
  // `sshd[1234]:` where the shipper kept the tag whole; `/usr/sbin/cron` where it kept the path.
  const bare = name
    ?.replace(/\[\d+\]:?$|:$/, '')
    .replace(/^.*\//, '')
    .toLowerCase();
  return textOf(bare);
}

const messageOf = (record: JsonObject) => firstText(record, messages);

const accepted = /^Accepted \S+ for (\S+) from (\S+)/;
const failed = /^Failed \S+ for (?:invalid user )?(\S+) from (\S+)/;
const sudoCommand = /^\s*(\S+) : .*USER=(\S+) ; COMMAND=(.*)$/s;

function activity(record: JsonObject): Activity {
  const host = hostName(firstText(record, hosts));
  const program = programOf(record);
  const message = messageOf(record)?.slice(0, 4096) ?? '';
  const made = draft('other', host, program);
  made.process = processRef(host, undefined, record.pid ?? record.procid ?? record.ProcessID ?? record._PID, program);
  const logon = accepted.exec(message) ?? failed.exec(message);
  if (logon !== null) {
    const success = message.startsWith('Accepted');
    made.kind = success ? 'logon' : 'logon_failure';
    made.outcome = success ? 'success' : 'failure';
    made.user = userName(logon[1]);
    made.sourceAddress = address(logon[2]);
  }
  const sudo = program === 'sudo' ? sudoCommand.exec(message) : null;
  if (sudo !== null) {
    made.kind = 'process_start';
    made.user = userName(sudo[1]);
    made.targetUser = userName(sudo[2]);
    made.process = processRef(host, undefined, undefined, sudo[3]?.split(' ')[0], sudo[3]);
  }
  return made;
}

const sudoFields = /(?:^|; )([A-Z]+)=([^;]*)/g;

/** Sudo's `USER=root ; COMMAND=...` are fields to the rules, text to syslog. */
function reader(field: string): Reader {
  const read = pathReader(field);
  if (!/^(?:USER|COMMAND|TTY|PWD)$/.test(field)) return read;
  return (record) => {
    const value = read(record);
    if (value !== undefined || programOf(record) !== 'sudo') return value;
    const message = messageOf(record) ?? '';
    for (const [, name, text] of message.matchAll(sudoFields)) if (name === field) return text?.trim();
    return undefined;
  };
}

/**
 * Syslog and journald records as JSON: a program, a message and a facility or priority. Time: the sender's timestamp,
 * journald's microseconds, else the pipeline's.
 */
export const syslog: Lens = {
  name: 'syslog',
  matches: (record) =>
    messageOf(record) !== undefined &&
    firstText(record, programs) !== undefined &&
    marks.some((mark) => record[mark] !== undefined),
  time: (record) =>
    parseTime(record._SOURCE_REALTIME_TIMESTAMP ?? record.__REALTIME_TIMESTAMP) ??
    parseTime(record.EventTime ?? record.timestamp ?? record.time) ??
    parseTime(record['@timestamp'] ?? record.TimeGenerated ?? record.ts),
  nativeId: (record) => textOf(record.__CURSOR),
  origin: (record) => {
    const program = programOf(record);
    return program !== undefined && Object.hasOwn(services, program) ? (services[program] ?? rest) : rest;
  },
  reader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
};
