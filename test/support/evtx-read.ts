import type { JsonObject } from '../../src/contracts/event.ts';
import { EvtxReader } from '../../src/ingest/doors/file/evtx/reader.ts';

export interface LogRead {
  readonly records: JsonObject[];
  readonly numbers: number[];
  /** Code, record number and detail of each. */
  readonly rejects: { readonly code: string; readonly number: number; readonly detail: string }[];
}

/** Everything an event log gives, fed in these pieces. */
export function readLog(pieces: readonly Buffer[], depth = 100): LogRead {
  const read: LogRead = { records: [], numbers: [], rejects: [] };
  const sink = {
    record: (record: JsonObject, number: number) => {
      read.records.push(record);
      read.numbers.push(number);
    },
    reject: (code: string, number: number, detail: string) => {
      read.rejects.push({ code, number, detail });
    },
  };
  const reader = new EvtxReader(sink, depth);
  for (const piece of pieces) reader.feed(piece);
  reader.end();
  return read;
}
