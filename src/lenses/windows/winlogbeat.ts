import type { JsonObject } from '../../contracts/event.ts';
import { isObject, objectOf, own, type Reader } from '../fields.ts';
import { parseTime } from '../time.ts';
import type { WindowsShape } from './shape.ts';

/** `EventData` or, where the provider writes its own XML, `UserData`. */
function dataOf(within: JsonObject): JsonObject {
  const data = within.event_data ?? within.user_data;
  return objectOf(data);
}

/** winlogbeat 5 and 6: header at the top, `beat.hostname` and `host` are the collector's. `@timestamp` is the event's time. */
export const winlogbeat6: WindowsShape = {
  name: 'winlogbeat6',
  matches: (record) => record.event_id !== undefined && record.log_name !== undefined,
  time: (record) => parseTime(record['@timestamp']),
  channel: own('log_name'),
  provider: own('source_name'),
  eventId: own('event_id'),
  computer: own('computer_name'),
  recordId: own('record_number'),
  writtenTime: own('@timestamp'),
  loggingProcess: own('process_id'),
  account: (record) => objectOf(record.user).name,
  message: own('message'),
  data: dataOf,
  system: {
    Provider_Guid: own('provider_guid'),
    EventRecordID: own('record_number'),
    Execution_ProcessID: own('process_id'),
    Execution_ThreadID: own('thread_id'),
    Correlation_ActivityID: own('activity_id'),
    Security_UserID: (record) => objectOf(record.user).identifier,
    Level: own('level'),
    Task: own('task'),
    Opcode: own('opcode'),
    Keywords: own('keywords'),
    Version: own('version'),
  },
};

/** `winlog` as an object, or as the dotted keys some shippers flatten it to. */
function winlog(record: JsonObject): JsonObject {
  return objectOf(record.winlog);
}

const inWinlog =
  (field: string): Reader =>
  (record) =>
    winlog(record)[field];

/** winlogbeat 7, 8 and Elastic Agent: everything under `winlog`, whatever ECS fields stand beside it. */
export const winlogbeat7: WindowsShape = {
  name: 'winlogbeat7',
  matches: (record) => {
    const within = record.winlog;
    return isObject(within) && (within.event_id !== undefined || within.channel !== undefined);
  },
  time: (record) => parseTime(record['@timestamp']) ?? parseTime(winlog(record).time_created),
  channel: inWinlog('channel'),
  provider: inWinlog('provider_name'),
  eventId: (record) => winlog(record).event_id ?? objectOf(record.event).code,
  computer: (record) => winlog(record).computer_name ?? objectOf(record.host).name,
  recordId: inWinlog('record_id'),
  writtenTime: own('@timestamp'),
  loggingProcess: (record) => objectOf(winlog(record).process).pid,
  account: (record) => objectOf(winlog(record).user).name,
  message: own('message'),
  data: (record) => dataOf(winlog(record)),
  system: {
    Provider_Guid: inWinlog('provider_guid'),
    EventRecordID: inWinlog('record_id'),
    Execution_ProcessID: (record) => objectOf(winlog(record).process).pid,
    Execution_ThreadID: (record) => objectOf(objectOf(winlog(record).process).thread).id,
    Correlation_ActivityID: inWinlog('activity_id'),
    Security_UserID: (record) => objectOf(winlog(record).user).identifier,
    Level: (record) => objectOf(record.log).level,
    Task: inWinlog('task'),
    Opcode: inWinlog('opcode'),
    Keywords: inWinlog('keywords'),
    Version: inWinlog('version'),
  },
};
