import type { JsonObject } from '../../../contracts/event.ts';
import { keep } from '../../payload/keep.ts';

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `data: [{name: value}, ...]`, nameless ones under '', or (later versions) one object. */
function dataOf(eventData: unknown): JsonObject | undefined {
  if (!isObject(eventData)) return undefined;
  const list = eventData.data;
  if (!Array.isArray(list)) return eventData;
  const made: Record<string, unknown> = {};
  const nameless: unknown[] = [];
  for (const item of list) {
    if (!isObject(item)) continue;
    for (const [name, value] of Object.entries(item)) {
      if (name === '') nameless.push(value);
      else keep(made, name, value);
    }
  }
  if (nameless.length > 0) made.Data = { '#text': nameless };
  if (eventData.binary !== undefined && eventData.binary !== '') made.Binary = eventData.binary;
  return made;
}

/**
 * A body of the collector's Windows event log receiver in the shape of `{"Event":{"System","EventData"}}`; undefined for any other body. The
 * message stays what it is: rendered text, under RenderingInfo.
 */
export function windowsBody(body: JsonObject): JsonObject | undefined {
  const { event_id: id, provider, channel, computer, record_id: number, system_time: time, execution, security } = body;
  if (!isObject(id) || !isObject(provider) || typeof channel !== 'string') return undefined;
  const eventId =
    id.qualifiers === undefined || id.qualifiers === 0
      ? id.id
      : { '#attributes': { Qualifiers: id.qualifiers }, '#text': id.id };
  const system: Record<string, unknown> = {
    Provider: { '#attributes': { Name: provider.name, Guid: provider.guid } },
    EventID: eventId,
    Level: body.level,
    Task: body.task,
    Opcode: body.opcode,
    Keywords: body.keywords,
    TimeCreated: { '#attributes': { SystemTime: time } },
    EventRecordID: number,
    Channel: channel,
    Computer: computer,
  };
  if (isObject(execution))
    system.Execution = { '#attributes': { ProcessID: execution.process_id, ThreadID: execution.thread_id } };
  if (isObject(security)) system.Security = { '#attributes': { UserID: security.user_id } };
  const event: Record<string, unknown> = { System: system };
  const data = dataOf(body.event_data);
  if (data !== undefined) event.EventData = data;
  if (isObject(body.user_data)) event.UserData = body.user_data;
  if (typeof body.message === 'string') event.RenderingInfo = { Message: body.message };
  return { Event: event };
}
