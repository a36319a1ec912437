import type { Activity, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { deviceActivity, firstOf, slug } from './device-activity.ts';
import { DeviceOrigins } from './device-origins.ts';
import { inTable, isObject, objectOf, own, pathReader, type Reader, someScalar } from './fields.ts';
import { monthTime } from './month-time.ts';
import { parseTime } from './time.ts';

const leefPart = (record: JsonObject): JsonObject => objectOf(record.leef);
const attributesOf = (record: JsonObject): JsonObject => objectOf(leefPart(record).attributes);
const headerOf = (record: JsonObject): JsonObject => objectOf(record.syslog);

/** `devTime` as epoch, ISO or with the month's name; formats of a device's own (`devTimeFormat`) beyond these leave the header's time. */
function time(record: JsonObject): number | undefined {
  const value = attributesOf(record).devTime;
  const ms = parseTime(value) ?? (typeof value === 'string' ? monthTime(value)?.ms : undefined);
  return ms ?? parseTime(headerOf(record).timestamp);
}

const origins = new DeviceOrigins();

function origin(record: JsonObject): EventOrigin {
  const leef = leefPart(record);
  const attributes = attributesOf(record);
  const proxy = attributes.url !== undefined;
  const firewall = !proxy && attributes.dst !== undefined && attributes.proto !== undefined;
  return origins.of(slug(leef.vendor), slug(leef.product), proxy ? 'proxy' : firewall ? 'firewall' : undefined);
}

function activity(record: JsonObject): Activity {
  const leef = leefPart(record);
  const attributes = attributesOf(record);
  return deviceActivity({
    host: firstOf(headerOf(record), 'hostname') ?? firstOf(attributes, 'identHostName'),
    user: firstOf(attributes, 'usrName', 'accountName'),
    targetUser: undefined,
    source: attributes.src,
    destination: attributes.dst,
    destinationPort: attributes.dstPort,
    name: firstOf(attributes, 'eventName', 'cat') ?? firstOf(leef, 'eventId'),
    verdict: firstOf(attributes, 'action', 'policyAction') ?? leef.eventId,
    outcome: firstOf(attributes, 'outcome', 'result'),
    process: firstOf(attributes, 'processName', 'process'),
    pid: attributes.processId,
    file: firstOf(attributes, 'filePath', 'fileName'),
    url: attributes.url,
    domain: undefined,
    object: attributes.resource,
    userAgent: firstOf(attributes, 'userAgent', 'user_agent'),
  });
}

/** Names of the header, and of Sigma's generic firewall and proxy categories. */
const aliases: Readonly<Record<string, string>> = {
  src_ip: 'src',
  src_port: 'srcPort',
  dst_ip: 'dst',
  dst_port: 'dstPort',
  'c-ip': 'src',
  'c-uri': 'url',
  'cs-username': 'usrName',
};

/** A field by its attribute, by the header's names (`vendor`, `eventId`), by Sigma's generic names, or by path. */
function reader(field: string): Reader {
  const key = own(field);
  const full = inTable(aliases, field);
  const alias = full === undefined ? undefined : own(full);
  const path = pathReader(field);
  return (record) => {
    const attributes = attributesOf(record);
    return key(attributes) ?? alias?.(attributes) ?? key(leefPart(record)) ?? path(record) ?? key(headerOf(record));
  };
}

/** IBM QRadar's Log Event Extended Format, as `{ leef: { vendor, ..., attributes }, syslog }`. */
export const leef: Lens = {
  name: 'leef',
  matches: (record) => isObject(record.leef) && isObject(record.leef.attributes) && record.leef.vendor !== undefined,
  time,
  nativeId: () => undefined,
  origin,
  reader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
};
