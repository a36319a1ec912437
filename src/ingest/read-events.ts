import type { SourceEvent } from '../contracts/event.ts';
import { SeenIds } from '../kernel/seen-ids.ts';
import type { Clock } from '../ports/clock.ts';
import { contentOf } from './doors/file/content.ts';
import { listFiles } from './doors/file/list.ts';
import { type Counters, FileReader } from './file-reader.ts';
import { defaultLimits, type IngestLimits } from './limits.ts';
import { FileProblem, type Reject } from './reject.ts';

/** Events a batch: a promise each would cost; more than this outlive the young heap, and the collector halves the speed. */
const BATCH = 500;

export interface ReadOptions {
  readonly tenant: string;
  /** The feed the files belong to; the lens's name by default. Part of every event id. */
  readonly source?: string;
  readonly clock: Clock;
  onReject(reject: Reject): void;
  /** Drop events whose id was seen before in this reading. */
  readonly dedupe: boolean;
  readonly limits?: Partial<IngestLimits>;
}

export interface EventReading extends AsyncIterable<SourceEvent[]> {
  /** Batches of some 500 events, never more than 1,000, in the order read. May be iterated once. */
  readonly batches: AsyncIterable<SourceEvent[]>;
  /** Grow while the batches are read. */
  readonly counters: Readonly<Counters>;
}

/**
 * Reads telemetry files (or `-`, standard input; or folders) into events. Format and compression are told from the
 * content, the lens from each record's shape. What cannot be read is counted and reported, and never stops the run.
 *
 * Memory does not grow with the input: one chunk, at most one unfinished record, and, with `dedupe`, 16 to 32 bytes an
 * event for the ids seen.
 *
 * Throws `INGEST_FILE_MISSING` and `INGEST_FILE_UNREADABLE` (at the first batch, before anything is read, where it can).
 */
export function readEvents(files: readonly string[], options: ReadOptions): EventReading {
  const counters: Counters = { events: 0, malformed: 0, duplicates: 0, bytes: 0, invalidUtf8: 0, peakHeldBytes: 0 };
  const batches = read(files, options, counters);
  return { batches, counters, [Symbol.asyncIterator]: () => batches };
}

async function* read(
  files: readonly string[],
  options: ReadOptions,
  counters: Counters,
): AsyncGenerator<SourceEvent[]> {
  const limits = { ...defaultLimits, ...options.limits };
  const seen = options.dedupe ? new SeenIds() : undefined;
  for (const file of await listFiles(files)) {
    const reader = new FileReader({ ...options, file, limits, counters, seen });
    try {
      for await (const chunk of contentOf(file, limits)) {
        reader.feed(chunk);
        if (reader.events.length >= BATCH) yield* batchesOf(reader.take());
        if (reader.givenUp) break;
      }
      reader.end();
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      reader.fail(error);
    }
    yield* batchesOf(reader.take());
  }
}

function* batchesOf(events: SourceEvent[]): Generator<SourceEvent[]> {
  if (events.length <= BATCH * 2) {
    if (events.length > 0) yield events;
    return;
  }
  for (let at = 0; at < events.length; at += BATCH) yield events.slice(at, at + BATCH);
}
