import type { SourceEvent } from '../contracts/event.ts';
import { huntFor, huntLimits, replay } from '../hunt/index.ts';
import { eventOf } from '../ingest/index.ts';
import type { LakeQueries } from '../ports/lake.ts';

/** What was read of the lake. */
export interface LakeReading {
  readonly batches: AsyncIterable<readonly SourceEvent[]>;
  readonly counters: { events: number; bytes: number; unreadable: number };
}

const MINUTES = 10 * 60_000;

/** A tenant's events from the lake in order of time, as batches. Events whose raw record was given up cannot be read, and are counted. */
export function readLake(
  queries: LakeQueries,
  scope: { readonly tenant: string; readonly from?: number; readonly to?: number },
): LakeReading {
  const counters = { events: 0, bytes: 0, unreadable: 0 };
  const limits = { rows: 1, milliseconds: MINUTES, memoryMb: huntLimits.memoryMb };
  async function* batches(): AsyncGenerator<readonly SourceEvent[]> {
    for await (const page of replay(queries, huntFor({ ...scope, limits }, '', 0))) {
      const events: SourceEvent[] = [];
      for (const { raw, ...kept } of page) {
        const event = raw === null ? undefined : eventOf({ ...kept, raw });
        if (event === undefined) counters.unreadable += 1;
        else events.push(event);
        counters.bytes += event?.bytes ?? 0;
      }
      counters.events += events.length;
      yield events;
    }
  }
  return { batches: batches(), counters };
}
