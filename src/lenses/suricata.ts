import type { Activity, ActivityKind, EventOrigin, JsonObject, Lens, VendorAlert } from '../contracts/event.ts';
import { type Draft, draft, port } from './activity.ts';
import { tacticsIn, techniquesIn } from './attack-tags.ts';
import { aliasReader, integerOf, isObject, objectOf, someScalar, textAt, textOf } from './fields.ts';
import { address, domainName, userName } from './names.ts';
import { parseTime } from './time.ts';
import { agentOf } from './whence.ts';

/** Sigma categories beside product suricata and the event type as service; those zeek's logs of the same traffic have. */
const categories: Readonly<Record<string, readonly string[]>> = {
  dns: ['dns'],
  http: ['proxy', 'webserver'],
  flow: ['firewall'],
};

const MAX_KEPT = 128;
const kept = new Map<string, EventOrigin>();

function originOf(type: string): EventOrigin {
  const found = kept.get(type);
  if (found !== undefined) return found;
  const known = Object.hasOwn(categories, type) ? (categories[type] ?? []) : [];
  const made: EventOrigin = Object.freeze({ product: 'suricata', service: type, categories: Object.freeze(known) });
  if (kept.size < MAX_KEPT) kept.set(type, made);
  return made;
}

/** Names of Sigma's generic dns, proxy, webserver and firewall categories. */
const reader = aliasReader({
  dst_ip: ['dest_ip'],
  dst_port: ['dest_port'],
  query: ['dns.rrname', 'dns.queries.rrname', 'dns.query.rrname'],
  record_type: ['dns.rrtype', 'dns.queries.rrtype', 'dns.query.rrtype'],
  answer: ['dns.answers.rdata', 'dns.rdata'],
  'c-uri': ['http.url'],
  'cs-uri': ['http.url'],
  'cs-uri-query': ['http.url'],
  'cs-uri-stem': ['http.url'],
  'cs-host': ['http.hostname'],
  'r-dns': ['http.hostname'],
  'c-useragent': ['http.http_user_agent'],
  'cs-user-agent': ['http.http_user_agent'],
  'cs-method': ['http.http_method'],
  'sc-status': ['http.status'],
  'cs-referer': ['http.http_refer'],
  'cs-referrer': ['http.http_refer'],
  'c-ip': ['src_ip'],
  'signature.id': ['alert.signature_id'],
});

/** EVE writes a lookup as one `rrname`, or a list of them by its version 2 and 3 formats. */
const questions = ['dns.rrname', 'dns.queries.rrname', 'dns.query.rrname'].map(textAt);

function lookedUp(record: JsonObject): string | undefined {
  for (const read of questions) {
    const name = domainName(read(record));
    if (name !== undefined) return name;
  }
  return undefined;
}

const kinds: Readonly<Record<string, ActivityKind>> = {
  dns: 'dns',
  fileinfo: 'file',
  smb: 'share_access',
  stats: 'other',
  engine: 'other',
};

/** What the protocol's own part of a record says; an alert carries that of the transaction it hit. */
function protocolFacts(made: Draft, record: JsonObject): void {
  const http = objectOf(record.http);
  const smb = objectOf(record.smb);
  made.domain = lookedUp(record) ?? domainName(http.hostname) ?? domainName(objectOf(record.tls).sni);
  made.file = textOf(objectOf(record.fileinfo).filename) ?? textOf(smb.filename);
  made.object = textOf(http.url) ?? textOf(smb.share);
  made.userAgent = agentOf(http.http_user_agent);
  made.user = userName(objectOf(smb.ntlmssp).user) ?? userName(objectOf(record.krb5).cname);
}

function activity(record: JsonObject): Activity {
  const type = textOf(record.event_type) ?? 'unknown';
  const kind = Object.hasOwn(kinds, type) ? (kinds[type] ?? 'network') : 'network';
  const detected = objectOf(record.alert);
  // `host` is the sensor; whose machine it is only the addresses say.
  const made = draft(kind, undefined, `Suricata ${type}`);
  // A packet of the answer turns source and destination round; the flow, where it is told, keeps who called whom.
  const flow = objectOf(record.flow);
  made.sourceAddress = address(flow.src_ip) ?? address(record.src_ip);
  made.remoteAddress = address(flow.dest_ip) ?? address(record.dest_ip);
  made.remotePort = port(flow.dest_port) ?? port(record.dest_port);
  protocolFacts(made, record);
  if (textOf(detected.action) === 'blocked') made.outcome = 'failure';
  return made;
}

/**
 * Suricata's severity is the rule's priority, 1 the most urgent (classification.config: attempted administrator gain 1, bad
 * traffic 2, not suspicious 3, generic protocol decode 3, a TCP connection 4). No rule of it claims to stand alone: none is critical.
 */
function levelOf(severity: unknown): VendorAlert['level'] {
  const number = integerOf(severity);
  if (number === undefined || number < 1) return 'medium';
  return number === 1 ? 'high' : number === 2 ? 'medium' : number === 3 ? 'low' : 'informational';
}

/**
 * The alert in an EVE record. Techniques and tactics: `alert.metadata.mitre_technique_id`, `mitre_tactic_id` and
 * `mitre_tactic_name`, where the rule's author wrote them and `metadata` is on in the output.
 */
export function suricataAlert(record: JsonObject): VendorAlert | undefined {
  const { alert } = record;
  if (record.event_type !== 'alert' || !isObject(alert)) return undefined;
  const sid = textOf(alert.signature_id);
  const generator = textOf(alert.gid);
  const title = textOf(alert.signature) ?? (sid === undefined ? 'Suricata alert' : `Suricata signature ${sid}`);
  const metadata = objectOf(alert.metadata);
  return {
    product: 'suricata',
    ruleId: sid === undefined ? title : generator === undefined || generator === '1' ? sid : `${generator}:${sid}`,
    revision: textOf(alert.rev),
    title,
    level: levelOf(alert.severity),
    vendorSeverity: textOf(alert.severity) ?? 'not given',
    techniques: techniquesIn(metadata.mitre_technique_id),
    tactics: tacticsIn(metadata.mitre_tactic_id, metadata.mitre_tactic_name),
  };
}

/**
 * Suricata's EVE JSON: alerts and the events beside them. Time: `timestamp`, else `@timestamp`. No native id: `flow_id` names a
 * connection, which many records share.
 */
export const suricata: Lens = {
  name: 'suricata',
  matches: (record) => {
    const type = record.event_type;
    return (
      typeof type === 'string' &&
      (record.timestamp !== undefined || record['@timestamp'] !== undefined) &&
      (record.flow_id !== undefined || (Object.hasOwn(record, type) && isObject(record[type])))
    );
  },
  time: (record) => parseTime(record.timestamp) ?? parseTime(record['@timestamp']),
  nativeId: () => undefined,
  origin: (record) => originOf(textOf(record.event_type) ?? 'unknown'),
  reader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
  alert: suricataAlert,
};
