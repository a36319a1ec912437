import type { JsonObject } from '../../src/contracts/event.ts';
import { decodeBatch, ID_BYTES } from '../../src/contracts/log-batch.ts';
import type { MemoryLog } from './memory-log.ts';

/** An event as the log holds it. */
export interface LoggedEvent {
  readonly id: string;
  readonly lane: number;
  readonly tenant: string;
  readonly source: string;
  readonly door: string;
  readonly text: string;
  readonly record: JsonObject;
}

/** Every event appended, in order of appending; a lane's in its order. */
export function loggedEvents(log: MemoryLog): LoggedEvent[] {
  const events: LoggedEvent[] = [];
  for (const { lane, bytes } of log.appended) {
    const { tenant, source, door, ids, lengths, text } = decodeBatch(bytes);
    let at = 0;
    lengths.forEach((length, index) => {
      const id = ids.toString('hex', index * ID_BYTES, (index + 1) * ID_BYTES);
      const json = text.toString('utf8', at, at + length);
      at += length;
      events.push({ id, lane, tenant, source, door, text: json, record: JSON.parse(json) as JsonObject });
    });
  }
  return events;
}
