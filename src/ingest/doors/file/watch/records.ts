import type { JsonObject } from '../../../../contracts/event.ts';
import { enveloped } from '../../../envelope.ts';
import type { Format } from '../../../format.ts';
import type { Incoming } from '../../../intake.ts';
import type { IngestLimits } from '../../../limits.ts';
import { parseRecord } from '../../../parse-record.ts';
import { type RejectCode, rejectCodes } from '../../../reject.ts';
import type { RecordSink, Splitter } from '../../../sink.ts';
import { LineSplitter } from '../../../split-lines.ts';
import { ValueSplitter } from '../../../split-values.ts';
import { EvtxReader, type EvtxSink } from '../evtx/reader.ts';
import { ContentChain } from './chain.ts';

/** Records that were read before, in this file or in the one it is a copy of: they are passed over, and must prove to be the same. */
export interface Passed {
  readonly records: number;
  /** The chain after them. */
  readonly chain: string;
}

export interface RecordsParts {
  readonly format: Exclude<Format, 'binary'>;
  /** Digest of the chain where the reading begins. */
  readonly chain: string;
  /** Records read before that. */
  readonly records: number;
  readonly passed?: Passed | undefined;
  readonly limits: IngestLimits;
  /** Text that is no JSON as a record; without it such lines are refused. */
  readonly readText?: ((text: string) => JsonObject) | undefined;
  onReject(code: RejectCode, message: string, raw: Buffer): void;
}

const OPEN_OBJECT = 123;
const OPEN_ARRAY = 91;

/** From the bytes of one content to what the intake takes; synchronous, so that no event costs a promise. */
export class FileRecords implements RecordSink {
  readonly #parts: RecordsParts;
  readonly #chain: ContentChain;
  readonly #splitter: Splitter;
  #taken: Incoming[] = [];
  #bytes = 0;
  #records: number;
  #passing: boolean;
  #differs = false;

  constructor(parts: RecordsParts) {
    this.#parts = parts;
    this.#chain = new ContentChain(parts.chain);
    this.#records = parts.records;
    this.#passing = parts.passed !== undefined && parts.passed.records > parts.records;
    if (parts.format === 'evtx') this.#splitter = this.#eventLog();
    else
      this.#splitter =
        parts.format === 'lines' ? new LineSplitter(this, parts.limits) : new ValueSplitter(this, parts.limits);
  }

  /** Records of the content so far, and the chain after them. */
  get position(): Passed {
    return { records: this.#records, chain: this.#chain.digest };
  }

  /** Still among the records that were read before. */
  get passing(): boolean {
    return this.#passing;
  }

  /** The content is other than what was read before: nothing of it was taken, and the reading must begin anew. */
  get differs(): boolean {
    return this.#differs;
  }

  /** Bytes of the records not yet taken. */
  get bytes(): number {
    return this.#bytes;
  }

  get held(): number {
    return this.#splitter.held;
  }

  feed(chunk: Buffer): void {
    this.#splitter.feed(chunk);
  }

  end(): void {
    this.#splitter.end();
  }

  /** The content broke off: what is held is no record. */
  abandon(): void {
    this.#splitter.abandon();
  }

  take(): readonly Incoming[] {
    const taken = this.#taken;
    this.#taken = [];
    this.#bytes = 0;
    return taken;
  }

  record(bytes: Buffer, start: number, end: number, line: number): void {
    if (this.#differs) return;
    const { limits, readText, format } = this.#parts;
    const opens = bytes[start] === OPEN_OBJECT || bytes[start] === OPEN_ARRAY;
    if (!opens && format === 'lines' && readText !== undefined) {
      const record = readText(bytes.toString('utf8', start, end));
      this.#add(record, JSON.stringify(record), bytes, start, end);
      return;
    }
    const parsed = parseRecord(bytes, start, end, limits.depth);
    if (parsed.kind === 'invalid') this.reject('INGEST_INVALID_JSON', line, parsed.detail, bytes, start, end);
    else if (parsed.kind === 'deep')
      this.reject('INGEST_RECORD_TOO_DEEP', line, `over ${limits.depth} levels`, bytes, start, end);
    else if (typeof parsed.value !== 'object' || parsed.value === null)
      this.reject('INGEST_NOT_AN_OBJECT', line, '', bytes, start, end);
    else {
      const inside = Array.isArray(parsed.value) ? parsed.value : enveloped(parsed.value);
      if (inside === undefined) this.#add(parsed.value as JsonObject, parsed.text, bytes, start, end);
      else this.#unpack(inside, line);
    }
  }

  reject(code: RejectCode, _line: number, detail: string, bytes: Buffer, start: number, end: number): void {
    // What is passed over was refused then.
    if (this.#passing || this.#differs) return;
    const raw = Buffer.from(bytes.subarray(start, Math.min(end, start + this.#parts.limits.rawBytes)));
    this.#parts.onReject(code, detail === '' ? rejectCodes[code] : `${rejectCodes[code]}: ${detail}`, raw);
  }

  /** An array or envelope on a line of its own: its elements are the records. */
  #unpack(elements: readonly unknown[], line: number): void {
    for (const element of elements) {
      const text = JSON.stringify(element);
      const bytes = Buffer.from(text);
      if (typeof element === 'object' && element !== null && !Array.isArray(element))
        this.#add(element as JsonObject, text, bytes, 0, bytes.length);
      else this.reject('INGEST_NOT_AN_OBJECT', line, '', bytes, 0, bytes.length);
    }
  }

  #eventLog(): EvtxReader {
    const sink: EvtxSink = {
      record: (record, _number, bytes, start, end) => this.#add(record, JSON.stringify(record), bytes, start, end),
      reject: (code, number, detail, bytes, start, end) => this.reject(code, number, detail, bytes, start, end),
    };
    return new EvtxReader(sink, this.#parts.limits.depth);
  }

  #add(record: JsonObject, raw: string, bytes: Buffer, start: number, end: number): void {
    if (this.#differs) return;
    const contentId = this.#chain.next(bytes, start, end);
    this.#records += 1;
    if (this.#passing) {
      const { passed } = this.#parts;
      if (this.#records !== passed?.records) return;
      this.#passing = false;
      this.#differs = this.#chain.digest !== passed.chain;
      return;
    }
    this.#taken.push({ record, raw, contentId });
    this.#bytes += raw.length;
  }
}
