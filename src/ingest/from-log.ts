import type { JsonObject, SourceEvent } from '../contracts/event.ts';
import { ID_BYTES, type LogBatch } from '../contracts/log-batch.ts';
import { lensOf } from '../lenses/index.ts';
import { isTimeSuspect } from './watermark.ts';

/**
 * The events of a batch of the log, in the order received. `file` is the source's id, `line` the record's place in the batch.
 * A record without a time has the receipt's. Records were parsed when they were taken in, so one that cannot be parsed
 * is damage: `onDamaged` is told of it, and the others are given.
 */
export function eventsOf(batch: LogBatch, onDamaged: (ordinal: number, text: string) => void): SourceEvent[] {
  const { source, receivedAt, lengths, ids, text } = batch;
  const replay = batch.door === 'file' ? 'replay' : 'live';
  // One decoding for all where bytes and characters are the same; slices of it cost nothing.
  const whole = text.toString('utf8');
  const ascii = whole.length === text.length;
  const idTexts = ids.toString('hex');
  const events: SourceEvent[] = [];
  let start = 0;
  for (let at = 0; at < lengths.length; at += 1) {
    const length = lengths[at] ?? 0;
    const raw = ascii ? whole.slice(start, start + length) : text.toString('utf8', start, start + length);
    start += length;
    const record = parsed(raw);
    if (record === undefined) {
      onDamaged(at, raw);
      continue;
    }
    const lens = lensOf(record);
    const own = lens.time(record);
    events.push({
      id: idTexts.slice(at * ID_BYTES * 2, (at + 1) * ID_BYTES * 2),
      record,
      lens,
      origin: lens.origin(record),
      time: own ?? receivedAt,
      timeSuspect: own === undefined || isTimeSuspect(own, receivedAt, replay),
      file: source,
      line: at + 1,
      bytes: length,
      raw,
      json: raw,
    });
  }
  return events;
}

function parsed(raw: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
