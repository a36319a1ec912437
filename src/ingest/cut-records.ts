import type { JsonObject } from '../contracts/event.ts';
import { EvtxReader, type EvtxSink } from './doors/file/evtx/reader.ts';
import { enveloped } from './envelope.ts';
import type { Format } from './format.ts';
import type { IngestLimits } from './limits.ts';
import { parseRecord } from './parse-record.ts';
import type { RejectCode } from './reject.ts';
import type { RecordSink, Splitter } from './sink.ts';
import { LineSplitter } from './split-lines.ts';
import { ValueSplitter } from './split-values.ts';

export interface CutParts {
  readonly format: Exclude<Format, 'binary'>;
  readonly limits: IngestLimits;
  /** Text that is no JSON as a record; without it (content that begins as JSON is given none) such lines are refused. */
  readonly readText?: ((text: string) => JsonObject) | undefined;
  /** `bytes[start, end)` is the record as it stood, for the time of the call; `raw` its JSON text. */
  onRecord(record: JsonObject, raw: string, bytes: Buffer, start: number, end: number): void;
  onReject(code: RejectCode, detail: string, bytes: Buffer, start: number, end: number): void;
}

const OPEN_OBJECT = 123;
const OPEN_ARRAY = 91;

/** A splitter for content of a format, whose records are parsed: those of arrays and envelopes one by one. Synchronous. */
export function cutRecords(parts: CutParts): Splitter {
  const { format, limits } = parts;
  if (format === 'evtx') return eventLog(parts);
  const sink = new ParsingSink(parts);
  return format === 'lines' ? new LineSplitter(sink, limits) : new ValueSplitter(sink, limits);
}

function eventLog({ limits, onRecord, onReject }: CutParts): Splitter {
  const sink: EvtxSink = {
    record: (record, _number, bytes, start, end) => onRecord(record, JSON.stringify(record), bytes, start, end),
    reject: (code, _number, detail, bytes, start, end) => onReject(code, detail, bytes, start, end),
  };
  return new EvtxReader(sink, limits.depth);
}

class ParsingSink implements RecordSink {
  readonly #parts: CutParts;

  constructor(parts: CutParts) {
    this.#parts = parts;
  }

  record(bytes: Buffer, start: number, end: number): void {
    const { limits, readText, format, onRecord, onReject } = this.#parts;
    const opens = bytes[start] === OPEN_OBJECT || bytes[start] === OPEN_ARRAY;
    if (!opens && format === 'lines' && readText !== undefined) {
      const record = readText(bytes.toString('utf8', start, end));
      onRecord(record, JSON.stringify(record), bytes, start, end);
      return;
    }
    const parsed = parseRecord(bytes, start, end, limits.depth);
    if (parsed.kind === 'invalid') onReject('INGEST_INVALID_JSON', parsed.detail, bytes, start, end);
    else if (parsed.kind === 'deep')
      onReject('INGEST_RECORD_TOO_DEEP', `over ${limits.depth} levels`, bytes, start, end);
    else if (typeof parsed.value !== 'object' || parsed.value === null)
      onReject('INGEST_NOT_AN_OBJECT', '', bytes, start, end);
    else {
      const inside = Array.isArray(parsed.value) ? parsed.value : enveloped(parsed.value);
      if (inside === undefined) onRecord(parsed.value as JsonObject, parsed.text, bytes, start, end);
      else this.#unpack(inside);
    }
  }

  reject(code: RejectCode, _line: number, detail: string, bytes: Buffer, start: number, end: number): void {
    this.#parts.onReject(code, detail, bytes, start, end);
  }

  /** An array or envelope on a line of its own: its elements are the records. */
  #unpack(elements: readonly unknown[]): void {
    const { onRecord, onReject } = this.#parts;
    for (const element of elements) {
      const text = JSON.stringify(element);
      const bytes = Buffer.from(text);
      if (typeof element === 'object' && element !== null && !Array.isArray(element))
        onRecord(element as JsonObject, text, bytes, 0, bytes.length);
      else onReject('INGEST_NOT_AN_OBJECT', '', bytes, 0, bytes.length);
    }
  }
}
