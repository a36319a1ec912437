import type { JsonObject } from '../../contracts/event.ts';
import { EMPTY, isObject, own } from '../fields.ts';
import { parseTime } from '../time.ts';
import { namedData } from './named-data.ts';
import type { WindowsShape } from './shape.ts';

/** `Payload` is JSON inside a string; parsed once per record, forgotten with it. */
const payloads = new WeakMap<JsonObject, JsonObject>();

function payload(record: JsonObject): JsonObject {
  const known = payloads.get(record);
  if (known !== undefined) return known;
  const made = readPayload(record.Payload ?? record.EventData ?? record.UserData);
  payloads.set(record, made);
  return made;
}

function readPayload(value: unknown): JsonObject {
  let held = value;
  if (typeof held === 'string') {
    try {
      held = JSON.parse(held);
    } catch {
      // A payload cut short by the exporter: the header fields still stand.
      return EMPTY;
    }
  }
  if (!isObject(held)) return EMPTY;
  const data = held.EventData;
  if (isObject(data)) return namedData(data);
  const user = held.UserData;
  if (isObject(user)) for (const key in user) if (isObject(user[key])) return user[key];
  return namedData(held);
}

/** EvtxECmd's JSON (`EventId`, `Payload` with `{"EventData":{"Data":[{"@Name","#text"}]}}`). Time: `TimeCreated`, UTC. */
export const evtxecmd: WindowsShape = {
  name: 'evtxecmd',
  matches: (record) =>
    record.EventId !== undefined &&
    record.Channel !== undefined &&
    (record.Payload !== undefined || record.MapDescription !== undefined || record.EventRecordId !== undefined),
  time: (record) => parseTime(record.TimeCreated),
  channel: own('Channel'),
  provider: own('Provider'),
  eventId: own('EventId'),
  computer: own('Computer'),
  recordId: (record) => record.EventRecordId ?? record.RecordNumber,
  writtenTime: own('TimeCreated'),
  loggingProcess: own('ProcessId'),
  account: own('UserName'),
  message: own('MapDescription'),
  data: payload,
  system: {
    EventRecordID: own('EventRecordId'),
    Execution_ProcessID: own('ProcessId'),
    Execution_ThreadID: own('ThreadId'),
    Security_UserID: own('UserId'),
    Level: own('Level'),
    Keywords: own('Keywords'),
  },
};
