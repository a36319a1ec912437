import type { JsonObject } from '../../contracts/event.ts';
import type { Reader } from '../fields.ts';

/**
 * Where one container format keeps the parts of a Windows event. Everything that is about Windows and not about the
 * container (categories, field names, activities) is written once, on top of this.
 */
export interface WindowsShape {
  readonly name: string;
  matches(record: JsonObject): boolean;
  time(record: JsonObject): number | undefined;
  channel(record: JsonObject): unknown;
  provider(record: JsonObject): unknown;
  eventId(record: JsonObject): unknown;
  computer(record: JsonObject): unknown;
  recordId(record: JsonObject): unknown;
  /** The time exactly as written: part of the native id, never parsed. */
  writtenTime(record: JsonObject): unknown;
  /** The process that logged the event (System/Execution). */
  loggingProcess(record: JsonObject): unknown;
  /** The account that logged the event, where the container names it. */
  account(record: JsonObject): unknown;
  message(record: JsonObject): unknown;
  /** The object that holds the event's own fields by name (EventData, UserData). */
  data(record: JsonObject): JsonObject;
  /** System fields under the names rules use, beyond those above (`Execution_ProcessID`, `Level`). */
  readonly system: Readonly<Record<string, Reader>>;
}
