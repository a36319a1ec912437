import type { Activity, ActivityKind, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { draft, processRef } from './activity.ts';
import { firstText, own, type Reader, someScalar, textOf } from './fields.ts';
import { address, hostName, userName } from './names.ts';
import { parseTime } from './time.ts';

const origin: EventOrigin = Object.freeze({ product: 'linux', service: 'auditd', categories: Object.freeze([]) });

/** Linux audit record types (linux/audit.h, libaudit) that a field `type` may hold, upper case and underscores. */
const typeForm = /^[A-Z][A-Z0-9_]{2,40}$/;
const marks = [
  'auid',
  'a0',
  'syscall',
  'SYSCALL',
  'nametype',
  'proctitle',
  'cwd',
  'ses',
  'unit',
  'saddr',
  'acct',
  'argc',
  'key',
];

const kinds: Readonly<Record<string, ActivityKind>> = {
  EXECVE: 'process_start',
  USER_CMD: 'process_start',
  PATH: 'file',
  CWD: 'other',
  SOCKADDR: 'network',
  USER_LOGIN: 'logon',
  USER_AUTH: 'logon',
  USER_START: 'logon',
  USER_END: 'logoff',
  ADD_USER: 'account_change',
  DEL_USER: 'account_change',
  ADD_GROUP: 'account_change',
  DEL_GROUP: 'account_change',
  USER_CHAUTHTOK: 'account_change',
  USER_MGMT: 'account_change',
};

/** `msg=audit(1604996892.174:212): ...` holds the time and the serial of the event. */
const stamp = /audit\((\d{9,11}\.\d{1,6}):(\d+)\)/;

function stampOf(record: JsonObject): RegExpExecArray | null {
  const text = record.msg ?? record.message;
  return typeof text === 'string' ? stamp.exec(text.slice(0, 200)) : null;
}

/** execve: a0 is the program; the arguments follow. */
function commandOf(record: JsonObject): string | undefined {
  const parts: string[] = [];
  for (let index = 0; index < 64; index += 1) {
    const part = record[`a${index}`];
    if (typeof part !== 'string') break;
    parts.push(part);
  }
  return parts.length > 0 ? parts.join(' ') : firstText(record, ['cmd', 'proctitle']);
}

function activity(record: JsonObject): Activity {
  const type = textOf(record.type) ?? '';
  const execve = type === 'SYSCALL' && (record.SYSCALL === 'execve' || record.syscall === 'execve');
  let kind: ActivityKind = execve ? 'process_start' : Object.hasOwn(kinds, type) ? (kinds[type] ?? 'other') : 'other';
  const host = hostName(record.node ?? record.host ?? record.hostname);
  const result = firstText(record, ['success', 'res', 'result'])?.toLowerCase();
  const outcome = result === undefined ? undefined : /^(?:yes|success|1|true)$/.test(result) ? 'success' : 'failure';
  if (kind === 'logon' && outcome === 'failure') kind = 'logon_failure';
  const made = draft(kind, host, `auditd ${type}`);
  const command = kind === 'process_start' && type !== 'SYSCALL' ? commandOf(record) : undefined;
  made.user = userName(firstText(record, ['AUID', 'acct', 'UID', 'auid', 'uid']));
  made.process = processRef(host, undefined, record.pid, record.exe ?? record.a0 ?? record.comm, command);
  made.parent = processRef(host, undefined, record.ppid, undefined);
  made.sourceAddress = address(record.addr);
  made.file = kind === 'file' ? textOf(record.name) : undefined;
  made.object = firstText(record, ['unit', 'key']);
  made.outcome = outcome;
  return made;
}

/** A missing `SYSCALL` (the name that ausearch -i gives) may stand in `syscall`. */
function reader(field: string): Reader {
  const read = own(field);
  if (field !== 'SYSCALL') return read;
  return (record) => read(record) ?? record.syscall;
}

/** Linux audit records, one JSON object each (`type`, `a0`, `exe`, ...). Time: `audit(epoch:serial)`, else the shipper's. */
export const auditd: Lens = {
  name: 'auditd',
  matches: (record) => {
    const type = record.type;
    return (
      typeof type === 'string' &&
      typeForm.test(type) &&
      (stampOf(record) !== null || marks.some((mark) => record[mark] !== undefined))
    );
  },
  time: (record) => {
    const found = stampOf(record);
    if (found) return Math.round(Number(found[1]) * 1000);
    return parseTime(record['@timestamp'] ?? record.timestamp ?? record.time ?? record.ts);
  },
  // One audit event is several records with the same serial, so the serial alone names none of them.
  nativeId: () => undefined,
  origin: () => origin,
  reader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
};
