import type { JsonObject } from '../../contracts/event.ts';
import { own } from '../fields.ts';
import { parseTime, zoneBetween } from '../time.ts';
import type { WindowsShape } from './shape.ts';

/** Sysmon's own clock reading is taken for the event time when it agrees with the log's this closely. */
const AGREES_MS = 5 * 60_000;

/**
 * When the event was logged, in UTC. `EventTime` and `EventReceivedTime` are in the collector's local time, and
 * `@timestamp` is UTC but is when the next hop received the record, seconds later. The zone is what lies between
 * `EventReceivedTime` and `@timestamp`, rounded to a quarter hour; EventTime less the zone is right for every channel.
 */
function loggedTime(record: JsonObject): number | undefined {
  const local = parseTime(record.EventTime);
  const received = parseTime(record.EventReceivedTime);
  const stamp = parseTime(record['@timestamp']);
  if (local === undefined) return stamp ?? received;
  if (hasZone(record.EventTime)) return local;
  if (stamp === undefined) return undefined;
  const zone = zoneBetween(received ?? local, stamp);
  return zone === undefined ? undefined : local - zone;
}

function hasZone(text: unknown): boolean {
  return typeof text === 'string' && text.length > 19 && /(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
}

/**
 * nxlog's flat JSON (`EventTime`, `EventReceivedTime`, `SourceModuleName`). Time, in order: Sysmon `UtcTime` where it
 * agrees with the logged time to five minutes (it is the event's own, in milliseconds; EventTime has whole seconds);
 * the logged time; `UtcTime` alone; EventTime read as UTC. A UtcTime that disagrees comes from a clock that was wrong or
 * set back, and would tear the Sysmon events of a host from its Security events, which have no UtcTime.
 */
export const nxlog: WindowsShape = {
  name: 'nxlog',
  matches: (record) =>
    record.EventID !== undefined &&
    record.EventTime !== undefined &&
    (record.EventReceivedTime !== undefined || record.SourceModuleName !== undefined),
  time: (record) => {
    const logged = loggedTime(record);
    const written = record.UtcTime;
    const own = written === undefined ? undefined : parseTime(written);
    if (own !== undefined && (logged === undefined || Math.abs(own - logged) <= AGREES_MS)) return own;
    return logged ?? parseTime(record.EventTime);
  },
  channel: own('Channel'),
  provider: (record) => record.SourceName ?? record.Provider_Name,
  eventId: own('EventID'),
  computer: (record) => record.Hostname ?? record.Computer,
  recordId: own('RecordNumber'),
  writtenTime: own('EventTime'),
  loggingProcess: (record) => record.ExecutionProcessID ?? record.ProcessID,
  account: own('AccountName'),
  message: own('Message'),
  data: (record) => record,
  system: {
    Provider_Guid: own('ProviderGuid'),
    EventRecordID: own('RecordNumber'),
    Execution_ProcessID: own('ExecutionProcessID'),
    Execution_ThreadID: own('ThreadID'),
    Correlation_ActivityID: own('ActivityID'),
    Security_UserID: own('UserID'),
    Level: own('SeverityValue'),
  },
};
