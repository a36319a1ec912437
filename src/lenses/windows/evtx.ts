import type { JsonObject } from '../../contracts/event.ts';
import { EMPTY, isObject, objectOf, type Reader } from '../fields.ts';
import { parseTime } from '../time.ts';
import { namedData } from './named-data.ts';
import type { WindowsShape } from './shape.ts';

/** The `Event` element; some tools (Velociraptor) leave it out and put System and EventData at the top. */
function eventOf(record: JsonObject): JsonObject {
  const event = record.Event;
  if (isObject(event)) return event;
  return record.System !== undefined && (record.EventData !== undefined || record.UserData !== undefined)
    ? record
    : EMPTY;
}

function systemOf(record: JsonObject): JsonObject {
  return objectOf(eventOf(record).System);
}

/** An XML attribute: under `#attributes` (evtx_dump), or as `@Name` or plain key (other XML-to-JSON converters). */
function attribute(element: unknown, name: string): unknown {
  if (!isObject(element)) return undefined;
  const attributes = element['#attributes'];
  if (isObject(attributes)) return attributes[name];
  return element[`@${name}`] ?? element[name];
}

/** An element with attributes keeps its text under `#text` (`EventID` with `Qualifiers`). */
function content(element: unknown): unknown {
  return isObject(element) ? element['#text'] : element;
}

const element =
  (name: string): Reader =>
  (record) =>
    content(systemOf(record)[name]);

const attributeOf =
  (name: string, key: string): Reader =>
  (record) =>
    attribute(systemOf(record)[name], key);

/** EventData, or the one element inside UserData. */
function dataOf(record: JsonObject): JsonObject {
  const event = eventOf(record);
  const data = event.EventData;
  if (isObject(data)) return namedData(data);
  const user = event.UserData;
  if (isObject(user)) for (const key in user) if (isObject(user[key]) && key !== '#attributes') return user[key];
  return Array.isArray(data) || typeof data === 'string' ? { Data: data } : EMPTY;
}

/** System attributes under the names Sigma gives them: element and attribute joined by `_`. */
const attributes: Readonly<Record<string, Reader>> = Object.fromEntries(
  [
    ['Provider', 'Guid'],
    ['Provider', 'EventSourceName'],
    ['TimeCreated', 'SystemTime'],
    ['Correlation', 'ActivityID'],
    ['Correlation', 'RelatedActivityID'],
    ['Execution', 'ProcessID'],
    ['Execution', 'ThreadID'],
    ['Security', 'UserID'],
    ['EventID', 'Qualifiers'],
  ].map(([name = '', key = '']) => [`${name}_${key}`, attributeOf(name, key)]),
);

/** One `{"Event":{"System","EventData"|"UserData"}}` object, as evtx_dump and XML converters write it. Time: `SystemTime`. */
export const evtx: WindowsShape = {
  name: 'evtx',
  matches: (record) => isObject(eventOf(record).System),
  time: (record) =>
    parseTime(attribute(systemOf(record).TimeCreated, 'SystemTime')) ?? parseTime(dataOf(record).UtcTime),
  channel: element('Channel'),
  provider: attributeOf('Provider', 'Name'),
  eventId: element('EventID'),
  computer: element('Computer'),
  recordId: element('EventRecordID'),
  writtenTime: attributeOf('TimeCreated', 'SystemTime'),
  loggingProcess: attributeOf('Execution', 'ProcessID'),
  account: () => undefined,
  message: (record) => {
    const rendering = eventOf(record).RenderingInfo;
    return objectOf(rendering).Message;
  },
  data: dataOf,
  system: {
    ...attributes,
    EventRecordID: element('EventRecordID'),
    Level: element('Level'),
    Task: element('Task'),
    Opcode: element('Opcode'),
    Keywords: element('Keywords'),
    Version: element('Version'),
  },
};
