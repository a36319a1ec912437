import type { JsonObject } from '../../src/contracts/event.ts';
import { decodeBatch } from '../../src/contracts/log-batch.ts';
import { type Kept, keptIn } from './ingest-door.ts';
import type { MemoryLog } from './memory-log.ts';

/** An event as the log holds it, with whose it is. */
interface LoggedEvent extends Kept {
  readonly tenant: string;
  readonly source: string;
  readonly door: string;
  readonly record: JsonObject;
}

/** Every event appended, in order of appending; a lane's in its order. */
export function loggedEvents(log: MemoryLog): LoggedEvent[] {
  return log.appended.flatMap(({ lane, bytes }) => {
    const { tenant, source, door } = decodeBatch(bytes);
    return keptIn(bytes, lane).map((kept) => ({ ...kept, tenant, source, door, record: JSON.parse(kept.text) }));
  });
}
