import type { Activity, EventOrigin, JsonObject, Lens } from '../contracts/event.ts';
import { draft } from './activity.ts';
import { pathReader, someScalar, textAtAny } from './fields.ts';
import { address, hostName, userName } from './names.ts';
import { parseTime } from './time.ts';

const origin: EventOrigin = Object.freeze({ product: undefined, service: undefined, categories: Object.freeze([]) });

const timeNames = [
  '@timestamp',
  'timestamp',
  'time',
  'eventTime',
  'EventTime',
  'event_time',
  'ts',
  'date',
  'datetime',
  'created_at',
  'createdAt',
  'TimeGenerated',
  'TimeCreated',
  'Timestamp',
  'UtcTime',
  'published',
];
const timeReaders = ['event.created', 'eventtime', '_time', 'p_event_time', 'syslog.timestamp'].map(pathReader);
const hostOf = textAtAny(
  'host.name',
  'hostname',
  'Hostname',
  'Computer',
  'computer',
  'computer_name',
  'host',
  'device',
  'DeviceName',
  'syslog.hostname',
);
const userOf = textAtAny('user.name', 'username', 'userName', 'user', 'User', 'actor', 'account');
const addressOf = textAtAny('source.ip', 'src_ip', 'source_ip', 'client_ip', 'ipAddress', 'ip', 'remote_addr');
const actionOf = textAtAny('event.action', 'action', 'event_type', 'eventType', 'event', 'type');

function time(record: JsonObject): number | undefined {
  for (const name of timeNames) {
    const ms = parseTime(record[name]);
    if (ms !== undefined) return ms;
  }
  for (const read of timeReaders) {
    const ms = parseTime(read(record));
    if (ms !== undefined) return ms;
  }
  return undefined;
}

function activity(record: JsonObject): Activity {
  const made = draft('other', hostName(hostOf(record)), actionOf(record));
  made.user = userName(userOf(record));
  made.sourceAddress = address(addressOf(record));
  return made;
}

/** Takes what no other lens knows. Fields by their names, the usual names for time, host, user and address; no identity. */
export const generic: Lens = {
  name: 'generic',
  matches: () => true,
  time,
  nativeId: () => undefined,
  origin: () => origin,
  reader: pathReader,
  someValue: (record, visit) => someScalar(record, visit),
  activity,
};
