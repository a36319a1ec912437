import type { Activity, ActivityKind, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { type Draft, draft, port } from './activity.ts';
import { firstText, isObject, pathReader, type Reader, someScalar, textOf } from './fields.ts';
import { address, domainName, userName } from './names.ts';
import { parseTime } from './time.ts';
import { agentOf } from './whence.ts';

/** Logs without `_path`: fields that only this log has. In order, the more telling first. */
const signs: readonly (readonly [string, readonly string[]])[] = [
  ['dns', ['query', 'qtype_name']],
  ['dns', ['trans_id', 'rcode_name']],
  ['http', ['method', 'uri']],
  ['http', ['status_code', 'trans_depth']],
  ['ssl', ['cipher', 'server_name']],
  ['ssl', ['established', 'resumed']],
  ['x509', ['certificate.serial']],
  ['conn', ['conn_state']],
  ['kerberos', ['request_type', 'client']],
  ['dce_rpc', ['endpoint', 'operation']],
  ['smb_files', ['action', 'name', 'times.modified']],
  ['smb_mapping', ['share_type']],
  ['ntlm', ['server_nb_computer_name']],
  ['ntlm', ['ntlmv', 'username']],
  ['rdp', ['security_protocol']],
  ['ssh', ['auth_attempts']],
  ['ssh', ['hassh']],
  ['smtp', ['helo']],
  ['ftp', ['command', 'reply_code']],
  ['files', ['fuid', 'tx_hosts']],
  ['files', ['fuid', 'seen_bytes']],
  ['notice', ['note', 'msg']],
  ['dpd', ['analyzer', 'failure_reason']],
  ['known_services', ['port_num', 'port_proto']],
  ['dhcp', ['mac', 'msg_types']],
  ['weird', ['name', 'notice', 'peer']],
];

/** Sigma categories beside product zeek and the log's own name as service. */
const categories: Readonly<Record<string, readonly string[]>> = {
  dns: ['dns'],
  http: ['proxy', 'webserver'],
  conn: ['firewall'],
};

const MAX_KEPT = 512;
const kept = new Map<string, EventOrigin>();

function originOf(log: string): EventOrigin {
  const found = kept.get(log);
  if (found !== undefined) return found;
  const known = Object.hasOwn(categories, log) ? (categories[log] ?? []) : [];
  const made: EventOrigin = Object.freeze({ product: 'zeek', service: log, categories: Object.freeze(known) });
  if (kept.size < MAX_KEPT) kept.set(log, made);
  return made;
}

/** The log's name: `_path` (zeek's JSON writer), `@stream` (Corelight's), or by its fields. */
function logOf(record: JsonObject): string | undefined {
  const path = record._path ?? record['@stream'];
  if (typeof path === 'string') return path;
  for (const [log, fields] of signs) if (fields.every((field) => record[field] !== undefined)) return log;
  return undefined;
}

function hasConnection(record: JsonObject): boolean {
  return record['id.orig_h'] !== undefined || record.id_orig_h !== undefined || isObject(record.id);
}

/** Names of Sigma's generic dns, proxy, webserver and firewall categories. */
const generic: Readonly<Record<string, string>> = {
  answer: 'answers',
  record_type: 'qtype_name',
  'c-uri': 'uri',
  'cs-uri': 'uri',
  'cs-uri-query': 'uri',
  'cs-uri-stem': 'uri',
  'cs-host': 'host',
  'r-dns': 'host',
  'c-useragent': 'user_agent',
  'cs-user-agent': 'user_agent',
  'cs-method': 'method',
  'sc-status': 'status_code',
  'cs-referer': 'referrer',
  'cs-referrer': 'referrer',
  'cs-username': 'username',
  'cs-version': 'version',
  'c-ip': 'id.orig_h',
  src_ip: 'id.orig_h',
  src_port: 'id.orig_p',
  dst_ip: 'id.resp_h',
  dst_port: 'id.resp_p',
};

function reader(field: string): Reader {
  const read = pathReader(field);
  const names = [field];
  const alias = Object.hasOwn(generic, field) ? generic[field] : undefined;
  if (alias !== undefined) names.push(alias);
  const flat = names.filter((name) => name.includes('.')).map((name) => name.replaceAll('.', '_'));
  const others = [...(alias === undefined ? [] : [alias]), ...flat].map(pathReader);
  if (others.length === 0) return read;
  return (record) => {
    const value = read(record);
    if (value !== undefined) return value;
    for (const other of others) {
      const found = other(record);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

const sourceOf = reader('id.orig_h');
const targetOf = reader('id.resp_h');
const portOf = reader('id.resp_p');
const sourceHost = pathReader('source');

const kinds: Readonly<Record<string, ActivityKind>> = {
  conn: 'network',
  dns: 'dns',
  http: 'network',
  ssl: 'network',
  rdp: 'network',
  ssh: 'network',
  ftp: 'network',
  smtp: 'network',
  smb_mapping: 'share_access',
  smb_files: 'share_access',
  files: 'file',
  kerberos: 'logon',
  ntlm: 'logon',
};

type Fill = (made: Draft, record: JsonObject) => void;

const authenticate: Fill = (made, record) => {
  made.user = userName(firstText(record, ['username', 'client'])?.split('/')[0]);
  if (record.success === undefined) return;
  made.outcome = record.success === true ? 'success' : 'failure';
  if (made.outcome === 'failure') made.kind = 'logon_failure';
};

/** What single logs know beyond the connection. */
const fills: Readonly<Record<string, Fill>> = {
  dns: (made, record) => {
    made.domain = domainName(record.query);
  },
  http: (made, record) => {
    made.domain = domainName(record.host);
    made.object = textOf(record.uri);
    made.userAgent = agentOf(record.user_agent);
  },
  ssl: (made, record) => {
    made.domain = domainName(record.server_name);
  },
  smb_mapping: (made, record) => {
    made.object = textOf(record.path);
  },
  smb_files: (made, record) => {
    made.object = textOf(record.path);
    made.file = textOf(record.name);
  },
  files: (made, record) => {
    made.file = textOf(record.filename);
  },
  dce_rpc: (made, record) => {
    made.object = `${textOf(record.endpoint) ?? '?'}::${textOf(record.operation) ?? '?'}`;
  },
  notice: (made, record) => {
    made.object = textOf(record.note);
  },
  ftp: (made, record) => {
    made.user = userName(record.user);
  },
  kerberos: authenticate,
  ntlm: authenticate,
};

function activity(record: JsonObject): Activity {
  const log = logOf(record) ?? 'unknown';
  const made = draft(Object.hasOwn(kinds, log) ? (kinds[log] ?? 'other') : 'other', undefined, `Zeek ${log}`);
  made.sourceAddress = address(sourceOf(record)) ?? address(record.src) ?? address(sourceHost(record));
  made.remoteAddress = address(targetOf(record)) ?? address(record.dst);
  made.remotePort = port(portOf(record)) ?? port(record.p);
  if (Object.hasOwn(fills, log)) fills[log]?.(made, record);
  return made;
}

/**
 * Zeek (Corelight) JSON logs. Time: `ts` (epoch seconds or ISO), else `_write_ts`, `@timestamp`. No native id: `uid`
 * names a connection, which many records share.
 */
export const zeek: Lens = {
  name: 'zeek',
  matches: (record) =>
    (record.ts !== undefined || record._write_ts !== undefined) &&
    (typeof record._path === 'string' ||
      typeof record['@stream'] === 'string' ||
      ((record.uid !== undefined || record.fuid !== undefined || record.host !== undefined || hasConnection(record)) &&
        (hasConnection(record) || logOf(record) !== undefined))),
  time: (record) => parseTime(record.ts) ?? parseTime(record._write_ts ?? record['@timestamp']),
  nativeId: () => undefined,
  origin: (record) => originOf(logOf(record) ?? 'unknown'),
  reader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
};
