import type { Activity, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { cefHeader, cefKeys } from './cef-names.ts';
import { deviceActivity, firstOf, slug } from './device-activity.ts';
import { DeviceOrigins } from './device-origins.ts';
import { inTable, isObject, objectOf, own, pathReader, type Reader, someScalar } from './fields.ts';
import { monthTime } from './month-time.ts';
import { parseTime } from './time.ts';

const cefPart = (record: JsonObject): JsonObject => objectOf(record.cef);
const extensionOf = (record: JsonObject): JsonObject => objectOf(cefPart(record).extension);
const headerOf = (record: JsonObject): JsonObject => objectOf(record.syslog);

/** Times in the order of how near they are to what happened; each is epoch ms, or text with the month's name. */
function time(record: JsonObject): number | undefined {
  const extension = extensionOf(record);
  for (const name of ['rt', 'end', 'start', 'deviceReceiptTime', 'art']) {
    const value = extension[name];
    const ms = parseTime(value) ?? (typeof value === 'string' ? monthTime(value)?.ms : undefined);
    if (ms !== undefined) return ms;
  }
  return parseTime(headerOf(record).timestamp);
}

const origins = new DeviceOrigins();

function origin(record: JsonObject): EventOrigin {
  const cef = cefPart(record);
  const extension = extensionOf(record);
  const proxy = extension.request !== undefined && extension.requestMethod !== undefined;
  const firewall =
    !proxy && extension.dst !== undefined && (extension.act !== undefined || extension.proto !== undefined);
  return origins.of(
    slug(cef.deviceVendor),
    slug(cef.deviceProduct),
    proxy ? 'proxy' : firewall ? 'firewall' : undefined,
  );
}

/** An address under a key of its own, else among the custom IPv6 addresses, by label. */
function custom(record: JsonObject, label: RegExp): unknown {
  const labels = objectOf(cefPart(record).labels);
  for (const name in labels) {
    const key = labels[name];
    if (label.test(name) && typeof key === 'string' && key.startsWith('c6a')) return extensionOf(record)[key];
  }
  return undefined;
}

function activity(record: JsonObject): Activity {
  const cef = cefPart(record);
  const extension = extensionOf(record);
  return deviceActivity({
    host: firstOf(extension, 'dvchost') ?? firstOf(headerOf(record), 'hostname') ?? firstOf(extension, 'dvc', 'shost'),
    user: firstOf(extension, 'suser', 'suid'),
    targetUser: firstOf(extension, 'duser', 'duid'),
    source: firstOf(extension, 'src') ?? custom(record, /^source/i),
    destination: firstOf(extension, 'dst') ?? custom(record, /^dest/i),
    destinationPort: extension.dpt,
    name: firstOf(cef, 'name', 'deviceEventClassId'),
    verdict: extension.act,
    outcome: firstOf(extension, 'outcome', 'categoryOutcome'),
    process: firstOf(extension, 'sproc', 'dproc', 'deviceProcessName'),
    pid: firstOf(extension, 'spid', 'dpid', 'dvcpid'),
    file: firstOf(extension, 'filePath', 'fname'),
    url: extension.request,
    domain: firstOf(extension, 'destinationDnsDomain'),
    object: undefined,
    userAgent: extension.requestClientApplication,
  });
}

/**
 * A field by its key, by the dictionary's full name, by what a custom field is called (`Rule name` for `cs1` with its label), as a field of the
 * header, or by path (`cef.extension.src`, `syslog.hostname`). The extension's own key comes first.
 */
function reader(field: string): Reader {
  const key = own(field);
  const full = inTable(cefKeys, field);
  const alias = full === undefined ? undefined : own(full);
  const header = inTable(cefHeader, field);
  const path = pathReader(field);
  return (record) => {
    const extension = extensionOf(record);
    const direct = key(extension) ?? alias?.(extension);
    if (direct !== undefined) return direct;
    const cef = cefPart(record);
    if (header !== undefined && cef[header] !== undefined) return cef[header];
    const labelled = cef.labels === undefined ? undefined : key(objectOf(cef.labels));
    if (typeof labelled === 'string') return extension[labelled];
    return path(record) ?? key(headerOf(record));
  };
}

/** ArcSight Common Event Format, as `{ cef: { deviceVendor, ..., extension, labels }, syslog }`. */
export const cef: Lens = {
  name: 'cef',
  matches: (record) => isObject(record.cef) && isObject(record.cef.extension) && record.cef.deviceVendor !== undefined,
  time,
  nativeId: () => undefined,
  origin,
  reader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
};
