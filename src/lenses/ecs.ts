import type { Activity, ActivityKind, EventOrigin, JsonObject, Lens, Whence } from '../contracts/event.ts';
import { draft, port, processRef } from './activity.ts';
import { isObject, pathReader, type Reader, someScalar, textAt, textAtAny } from './fields.ts';
import { address, domainName, hostName, userName } from './names.ts';
import { parseTime } from './time.ts';
import { agentOf, whenceOf } from './whence.ts';

/** Sigma's field names -> ECS fields, in order. */
const names: Readonly<Record<string, readonly string[]>> = {
  Image: ['process.executable', 'process.name'],
  CommandLine: ['process.command_line', 'process.args'],
  CurrentDirectory: ['process.working_directory'],
  ProcessId: ['process.pid'],
  ProcessGuid: ['process.entity_id'],
  OriginalFileName: ['process.pe.original_file_name'],
  Company: ['process.pe.company'],
  Description: ['process.pe.description'],
  Product: ['process.pe.product'],
  ParentImage: ['process.parent.executable', 'process.parent.name'],
  ParentCommandLine: ['process.parent.command_line', 'process.parent.args'],
  ParentProcessId: ['process.parent.pid', 'process.ppid'],
  ParentProcessGuid: ['process.parent.entity_id'],
  User: ['user.name'],
  Computer: ['host.hostname', 'host.name'],
  md5: ['process.hash.md5', 'file.hash.md5'],
  sha1: ['process.hash.sha1', 'file.hash.sha1'],
  sha256: ['process.hash.sha256', 'file.hash.sha256'],
  Imphash: ['process.pe.imphash'],
  TargetFilename: ['file.path', 'file.target_path'],
  ImageLoaded: ['dll.path', 'file.path'],
  TargetObject: ['registry.path'],
  Details: ['registry.data.strings', 'registry.value'],
  SourceIp: ['source.ip'],
  SourcePort: ['source.port'],
  DestinationIp: ['destination.ip'],
  DestinationPort: ['destination.port'],
  DestinationHostname: ['destination.domain', 'dns.question.name'],
  Protocol: ['network.transport'],
  QueryName: ['dns.question.name'],
  query: ['dns.question.name'],
  'c-uri': ['url.original', 'url.full'],
  'cs-uri': ['url.original', 'url.full'],
  'cs-uri-query': ['url.query', 'url.original'],
  'cs-uri-stem': ['url.path'],
  'cs-method': ['http.request.method'],
  'c-useragent': ['user_agent.original'],
  'cs-user-agent': ['user_agent.original'],
  'cs-host': ['url.domain', 'destination.domain'],
  'sc-status': ['http.response.status_code'],
  src_ip: ['source.ip'],
  dst_ip: ['destination.ip'],
  src_port: ['source.port'],
  dst_port: ['destination.port'],
};

/** Shipper-specific roots under which the original record may lie whole. */
const roots = ['aws.cloudtrail', 'zeek', 'o365.audit', 'auditd.data', 'okta', 'gcp.audit'];

function reader(field: string): Reader {
  const mapped = Object.hasOwn(names, field) ? (names[field] ?? []) : [];
  const readers = [field, ...mapped, ...roots.map((root) => `${root}.${field}`)].map(pathReader);
  return (record) => {
    for (const read of readers) {
      const value = read(record);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

const categoryOf = pathReader('event.category');
const typeOf = pathReader('event.type');
const actionOf = textAt('event.action');
const datasetOf = textAtAny('event.dataset', 'event.module');
const outcomeOf = textAt('event.outcome');
const osOf = textAtAny('host.os.type', 'host.os.family', 'host.os.platform', 'os.type');

const products: Readonly<Record<string, string>> = {
  windows: 'windows',
  linux: 'linux',
  macos: 'macos',
  darwin: 'macos',
  debian: 'linux',
  ubuntu: 'linux',
  redhat: 'linux',
  centos: 'linux',
  suse: 'linux',
};

/** Dataset prefix -> product and service. The service of `zeek.<log>` is the log. */
const datasets: readonly (readonly [string, string, string | undefined])[] = [
  ['aws.cloudtrail', 'aws', 'cloudtrail'],
  ['zeek.', 'zeek', undefined],
  ['o365', 'm365', 'audit'],
  ['azure.signinlogs', 'azure', 'signinlogs'],
  ['azure.auditlogs', 'azure', 'auditlogs'],
  ['azure.activitylogs', 'azure', 'activitylogs'],
  ['okta', 'okta', 'okta'],
  ['gcp.audit', 'gcp', 'gcp.audit'],
  ['github.audit', 'github', 'audit'],
  ['auditd', 'linux', 'auditd'],
  ['system.auth', 'linux', 'auth'],
  ['system.syslog', 'linux', 'syslog'],
];

/** ECS event.category + event.type (`*` for any) -> Sigma category and activity. First match per category wins. */
const table: readonly (readonly [string, string, readonly string[], ActivityKind])[] = [
  ['process', 'start', ['process_creation'], 'process_start'],
  ['process', 'end', ['process_termination'], 'process_end'],
  ['process', 'access', ['process_access'], 'process_access'],
  ['network', 'protocol', [], 'network'],
  ['network', '*', ['network_connection', 'firewall'], 'network'],
  ['dns', '*', ['dns_query', 'dns'], 'dns'],
  ['file', 'creation', ['file_event'], 'file'],
  ['file', 'change', ['file_event', 'file_change'], 'file'],
  ['file', 'deletion', ['file_delete'], 'file'],
  ['file', '*', ['file_access'], 'file'],
  ['registry', 'creation', ['registry_event', 'registry_add'], 'registry'],
  ['registry', 'deletion', ['registry_event', 'registry_delete'], 'registry'],
  ['registry', '*', ['registry_event', 'registry_set'], 'registry'],
  ['library', '*', ['image_load'], 'image_load'],
  ['driver', '*', ['driver_load'], 'driver_load'],
  ['web', '*', ['webserver', 'proxy'], 'network'],
  ['authentication', 'end', [], 'logoff'],
  ['authentication', '*', [], 'logon'],
  ['session', '*', [], 'other'],
  ['iam', '*', [], 'account_change'],
];

function listOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function rowsOf(record: JsonObject): (typeof table)[number][] {
  const types = listOf(typeOf(record));
  const rows: (typeof table)[number][] = [];
  for (const category of listOf(categoryOf(record))) {
    const row = table.find(([name, type]) => name === category && (type === '*' || types.includes(type)));
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

const MAX_KEPT = 2048;
const kept = new Map<string, EventOrigin>();

function origin(record: JsonObject): EventOrigin {
  const categories = [...new Set(rowsOf(record).flatMap((row) => row[2]))];
  const dataset = datasetOf(record)?.toLowerCase() ?? '';
  const os = osOf(record)?.toLowerCase() ?? '';
  const key = `${dataset}|${os}|${categories.join()}`;
  const found = kept.get(key);
  if (found !== undefined) return found;
  const row = datasets.find(([prefix]) => dataset.startsWith(prefix));
  const product = row?.[1] ?? (Object.hasOwn(products, os) ? products[os] : undefined);
  const service = row === undefined ? undefined : (row[2] ?? dataset.slice(row[0].length));
  const made: EventOrigin = Object.freeze({ product, service, categories: Object.freeze(categories) });
  if (kept.size < MAX_KEPT) kept.set(key, made);
  return made;
}

const hostOf = textAtAny('host.hostname', 'host.name', 'agent.hostname');
const userOf = textAtAny('user.name', 'user.email', 'user.id');
const targetUserOf = textAtAny('user.target.name', 'user.changes.name');
const principalOf = textAtAny('aws.cloudtrail.user_identity.arn', 'user.email', 'cloud.account.id');
const textAt_ = {
  guid: textAt('process.entity_id'),
  pid: textAt('process.pid'),
  image: textAtAny('process.executable', 'process.name'),
  parentGuid: textAt('process.parent.entity_id'),
  parentPid: textAtAny('process.parent.pid', 'process.ppid'),
  parentImage: textAtAny('process.parent.executable', 'process.parent.name'),
  parentCommand: textAt('process.parent.command_line'),
  source: textAtAny('source.ip', 'source.address', 'client.ip'),
  destination: textAtAny('destination.ip', 'server.ip'),
  port: textAt('destination.port'),
  domain: textAtAny('dns.question.name', 'url.domain', 'destination.domain'),
  file: textAtAny('file.path', 'file.name'),
  dll: textAt('dll.path'),
  registry: textAt('registry.path'),
};
const agentAt = textAt('user_agent.original');
const countryAt = textAtAny('source.geo.country_iso_code', 'source.geo.country_name', 'client.geo.country_iso_code');
const networkAt = textAtAny('source.as.number', 'source.as.organization.name', 'client.as.number');
/** A geo point is an object, or text as `lat,lon`, or a list as [lon, lat]: Elasticsearch takes all three. */
const pointAt = pathReader('source.geo.location');

function whenceAt(record: JsonObject): Whence | undefined {
  const point = pointAt(record);
  let latitude: unknown;
  let longitude: unknown;
  if (isObject(point)) [latitude, longitude] = [point.lat, point.lon];
  else if (Array.isArray(point)) [longitude, latitude] = point;
  else if (typeof point === 'string' && point.length < 50) [latitude, longitude] = point.split(',');
  return whenceOf(countryAt(record), networkAt(record), latitude, longitude);
}

const commandOf = pathReader('process.command_line');
const argsOf = pathReader('process.args');

function activity(record: JsonObject): Activity {
  const outcome = outcomeOf(record);
  let kind: ActivityKind = rowsOf(record)[0]?.[3] ?? 'other';
  if (kind === 'logon' && outcome === 'failure') kind = 'logon_failure';
  const host = hostName(hostOf(record));
  const made = draft(kind, host, actionOf(record) ?? datasetOf(record));
  const args = argsOf(record);
  const command = commandOf(record) ?? (Array.isArray(args) ? args.join(' ') : undefined);
  made.user = userName(userOf(record));
  made.targetUser = userName(targetUserOf(record));
  made.process = processRef(
    host,
    guid(host, textAt_.guid(record)),
    textAt_.pid(record),
    textAt_.image(record),
    command,
  );
  made.parent = processRef(
    host,
    guid(host, textAt_.parentGuid(record)),
    textAt_.parentPid(record),
    textAt_.parentImage(record),
    textAt_.parentCommand(record),
  );
  made.sourceAddress = address(textAt_.source(record));
  made.remoteAddress = address(textAt_.destination(record));
  made.remotePort = port(textAt_.port(record));
  made.domain = domainName(textAt_.domain(record));
  made.file = textAt_.file(record) ?? textAt_.dll(record);
  made.registryKey = textAt_.registry(record);
  made.outcome = outcome === 'success' || outcome === 'failure' ? outcome : undefined;
  made.userAgent = agentOf(agentAt(record));
  made.whence = whenceAt(record);
  if (host === undefined) made.principal = principalOf(record)?.toLowerCase();
  return made;
}

/** An entity id is opaque in ECS; only GUIDs (winlogbeat, Sysmon) serve as keys across feeds. */
function guid(host: string | undefined, id: string | undefined): string | undefined {
  return host !== undefined && id !== undefined && /^\{?[0-9a-f]{8}-/i.test(id) ? id : undefined;
}

/** Elastic Common Schema, nested or with dotted keys. Time: `@timestamp`, else `event.created`. Native id: `event.id`. */
export const ecs: Lens = {
  name: 'ecs',
  matches: (record) => {
    if (record['@timestamp'] === undefined) return false;
    const event = record.event;
    if (record.ecs !== undefined || record['ecs.version'] !== undefined) return true;
    if (isObject(event)) {
      return (
        event.category !== undefined ||
        event.dataset !== undefined ||
        event.module !== undefined ||
        event.kind !== undefined
      );
    }
    return (
      record['event.category'] !== undefined ||
      record['event.dataset'] !== undefined ||
      record['event.module'] !== undefined
    );
  },
  time: (record) => parseTime(record['@timestamp']) ?? parseTime(createdAt(record)),
  nativeId: textAt('event.id'),
  origin,
  reader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
};

const createdAt = pathReader('event.created');
