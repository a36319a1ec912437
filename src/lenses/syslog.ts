import type { Activity, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { draft, processRef } from './activity.ts';
import { DeviceOrigins } from './device-origins.ts';
import { firstText, inTable, pathReader, type Reader, someScalar, textOf } from './fields.ts';
import { hostName } from './names.ts';
import { fillFromMessage } from './syslog-messages.ts';
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
  // What reads syslog here writes it, also where the sender gave neither priority nor program.
  'syslog_format',
];

const origin = (service: string): EventOrigin =>
  Object.freeze({ product: 'linux', service, categories: Object.freeze([]) });

/** Program -> Sigma's Linux service. */
const services: Readonly<Record<string, EventOrigin>> = {
  sshd: origin('sshd'),
  'sshd-session': origin('sshd'),
  'sshd-auth': origin('sshd'),
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

/** `%ASA-6-302013`, `%SYS-5-CONFIG_I`, `%PARSER-5-CFGLOG_LOGGEDCMD`: Cisco's facility names the service, as in Sigma's rules for it. */
const cisco = /^%([a-z][a-z0-9_]{0,40})-/;
const ciscoServices: Readonly<Record<string, string>> = { parser: 'aaa', sec_login: 'aaa' };
const devices = new DeviceOrigins();

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

function activity(record: JsonObject): Activity {
  const host = hostName(firstText(record, hosts));
  const program = programOf(record);
  const message = messageOf(record)?.slice(0, 4096).trimStart() ?? '';
  const made = draft('other', host, program);
  made.process = processRef(host, undefined, record.pid ?? record.procid ?? record.ProcessID ?? record._PID, program);
  fillFromMessage(made, program, message);
  return made;
}

/** The command is the last of the fields, and may hold a semicolon. */
const sudoFields = /(?:^|; |: )(?:(COMMAND)=(.*)$|([A-Z]+)=([^;]*))/gs;

/** Sudo's `USER=root ; COMMAND=...` are fields to the rules, text to syslog. */
function reader(field: string): Reader {
  const read = pathReader(field);
  if (!/^(?:USER|COMMAND|TTY|PWD)$/.test(field)) return read;
  return (record) => {
    const value = read(record);
    if (value !== undefined || programOf(record) !== 'sudo') return value;
    const message = messageOf(record) ?? '';
    for (const [, command, text, name, value] of message.matchAll(sudoFields)) {
      if (command === field || name === field) return (text ?? value)?.trim();
    }
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
    (firstText(record, programs) !== undefined || record.syslog_format !== undefined) &&
    marks.some((mark) => record[mark] !== undefined),
  time: (record) =>
    parseTime(record._SOURCE_REALTIME_TIMESTAMP ?? record.__REALTIME_TIMESTAMP) ??
    parseTime(record.EventTime ?? record.timestamp ?? record.time) ??
    parseTime(record['@timestamp'] ?? record.TimeGenerated ?? record.ts),
  nativeId: (record) => textOf(record.__CURSOR),
  origin: (record) => {
    const program = programOf(record);
    if (program === undefined) return rest;
    const facility = cisco.exec(program)?.[1];
    if (facility !== undefined) return devices.of('cisco', inTable(ciscoServices, facility) ?? facility, undefined);
    return inTable(services, program) ?? rest;
  },
  reader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
};
