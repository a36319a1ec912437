import type { JsonObject } from '../../contracts/event.ts';
import { EMPTY, own } from '../fields.ts';
import { parseTime } from '../time.ts';
import type { WindowsShape } from './shape.ts';

const dataElement = /<Data Name="([^"<>]{1,200})">([^<]*)<\/Data>/g;
const entity = /&(?:lt|gt|amp|quot|apos);/g;
const characters: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&apos;': "'",
};
/** EventData arrives as XML text in the `Event` table; read once per record, forgotten with it. */
const parsed = new WeakMap<JsonObject, JsonObject>();

function fromXml(record: JsonObject, xml: string): JsonObject {
  const known = parsed.get(record);
  if (known !== undefined) return known;
  const fields: Record<string, unknown> = Object.assign(Object.create(null), record);
  for (const [, name, value] of xml.matchAll(dataElement)) {
    if (name !== undefined && value !== undefined)
      fields[name] = value.replace(entity, (mark) => characters[mark] ?? mark);
  }
  parsed.set(record, fields);
  return fields;
}

/**
 * Log Analytics exports of Windows events: `Computer` where others say `Hostname`; `TimeGenerated` or `TimeCreated`
 * (with or without zone; UTC); the `Event` table keeps EventData as XML. Time: `TimeCreated`, which is when it was
 * logged, else `TimeGenerated`, else `@timestamp`.
 */
export const logAnalytics: WindowsShape = {
  name: 'log-analytics',
  matches: (record) =>
    record.EventID !== undefined &&
    record.Computer !== undefined &&
    record.Hostname === undefined &&
    (record.TimeGenerated !== undefined ||
      record.EventSourceName !== undefined ||
      record.SourceComputerId !== undefined ||
      (record.TimeCreated !== undefined && record['@timestamp'] === undefined)),
  time: (record) =>
    parseTime(record.TimeCreated) ??
    parseTime(record.TimeGenerated) ??
    parseTime(record['@timestamp'] ?? record.UtcTime),
  channel: (record) => record.Channel ?? record.EventLog,
  provider: (record) =>
    record.EventSourceName ?? record.Provider_Name ?? record.SourceName ?? record.ProviderName ?? record.Source,
  eventId: own('EventID'),
  computer: own('Computer'),
  recordId: (record) => record.EventRecordId ?? record.EventRecordID ?? record.RecordNumber,
  writtenTime: (record) => record.TimeCreated ?? record.TimeGenerated,
  loggingProcess: (record) => record.SystemProcessId ?? record.ExecutionProcessID,
  account: (record) => record.AccountName ?? record.UserName,
  message: (record) => record.Message ?? record.RenderedDescription,
  data: (record) => {
    const xml = record.EventData;
    if (typeof xml === 'string' && xml.startsWith('<')) return fromXml(record, xml);
    return typeof xml === 'object' && xml !== null && !Array.isArray(xml) ? (xml as JsonObject) : (record ?? EMPTY);
  },
  system: {
    Security_UserID: own('SystemUserId'),
    Execution_ProcessID: own('SystemProcessId'),
    EventRecordID: own('EventRecordId'),
    Level: (record) => record.EventLevel ?? record.Level,
    Task: own('Task'),
    Account: own('Account'),
  },
};
