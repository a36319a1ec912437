import type { JsonObject } from '../../contracts/event.ts';
import { own } from '../fields.ts';
import { parseTime } from '../time.ts';
import type { WindowsShape } from './shape.ts';

const system = {
  Provider_Guid: own('ProviderGuid'),
  EventRecordID: (record: JsonObject) => record.RecordNumber ?? record.RecordId,
  Execution_ProcessID: own('ExecutionProcessID'),
  Execution_ThreadID: own('ThreadID'),
  Correlation_ActivityID: own('ActivityID'),
  Security_UserID: own('UserID'),
};

/** A Windows event by its fields: an id, and a channel or a provider. */
export function isFlatEvent(record: JsonObject): boolean {
  return (
    record.EventID !== undefined &&
    (record.Channel !== undefined ||
      record.SourceName !== undefined ||
      record.Provider_Name !== undefined ||
      record.ProviderName !== undefined)
  );
}

/**
 * Flat Windows JSON with `TimeCreated`: Get-WinEvent exports and the like. Time: `TimeCreated`, else `@timestamp`, else
 * `UtcTime`; a time without a zone is read as UTC. `UtcTime` comes last on purpose. Such exports often hold the host's
 * local time (some even on a twelve-hour clock) and Sysmon's UtcTime then differs by hours; nothing in a Security record
 * tells by how many. TimeCreated is the one clock that every channel of the host shares, so the order of events and the
 * time between them come out right, which is what detection needs; only the offset from UTC is the exporter's.
 */
export const windowsFlat: WindowsShape = {
  name: 'windows-flat',
  matches: isFlatEvent,
  time: (record) =>
    parseTime(record.TimeCreated ?? record['@timestamp']) ??
    parseTime(record.UtcTime ?? record.EventTime ?? record.TimeGenerated ?? record.SystemTime),
  channel: own('Channel'),
  provider: (record) =>
    record.Provider_Name ?? record.SourceName ?? record.ProviderName ?? record.Source ?? record.Provider,
  eventId: own('EventID'),
  computer: (record) => record.Hostname ?? record.Computer ?? record.MachineName,
  recordId: (record) => record.EventRecordID ?? record.RecordNumber ?? record.RecordId,
  writtenTime: (record) => record.TimeCreated ?? record['@timestamp'] ?? record.UtcTime,
  loggingProcess: own('ExecutionProcessID'),
  account: own('AccountName'),
  message: own('Message'),
  data: (record) => record,
  system,
};
