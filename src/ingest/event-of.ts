import type { JsonObject, SourceEvent } from '../contracts/event.ts';
import { lensOf } from '../lenses/index.ts';

/** An event as it was kept: in the lake, or with a detection. */
export interface KeptEvent {
  readonly id: string;
  readonly time: number;
  readonly source: string;
  readonly raw: string;
}

/** Reads a kept event again; undefined where its record is no JSON object (its raw text was dropped to save room). */
export function eventOf({ id, time, source, raw }: KeptEvent): SourceEvent | undefined {
  let record: unknown;
  try {
    record = JSON.parse(raw);
  } catch {
    return undefined;
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
  const lens = lensOf(record as JsonObject);
  return {
    id,
    record: record as JsonObject,
    lens,
    origin: lens.origin(record as JsonObject),
    time,
    timeSuspect: lens.time(record as JsonObject) === undefined,
    file: source,
    line: 0,
    bytes: raw.length,
    raw,
  };
}
