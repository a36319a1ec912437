import { isUtf8 } from 'node:buffer';
import type { JsonObject, SourceEvent } from '../contracts/event.ts';
import type { SeenIds } from '../kernel/seen-ids.ts';
import { lensOf } from '../lenses/index.ts';
import type { Clock } from '../ports/clock.ts';
import { EvtxReader, type EvtxSink } from './doors/file/evtx/reader.ts';
import { enveloped } from './envelope.ts';
import { formatOf, SNIFF_BYTES } from './format.ts';
import { ContentIdentity } from './identity.ts';
import type { IngestLimits } from './limits.ts';
import { parseRecord } from './parse-record.ts';
import { type FileProblem, type Reject, type RejectCode, rejectCodes } from './reject.ts';
import { NOTHING, type RecordSink, type Splitter } from './sink.ts';
import { LineSplitter } from './split-lines.ts';
import { ValueSplitter } from './split-values.ts';
import { isTimeSuspect } from './watermark.ts';

export interface Counters {
  events: number;
  malformed: number;
  duplicates: number;
  /** Of the content, decompressed. */
  bytes: number;
  /** Events read although their bytes were not UTF-8 throughout (bad bytes became U+FFFD). */
  invalidUtf8: number;
  /** Most bytes ever held for an unfinished record. */
  peakHeldBytes: number;
}

export interface FileReaderOptions {
  readonly tenant: string;
  readonly source?: string;
  readonly clock: Clock;
  onReject(reject: Reject): void;
  readonly file: string;
  readonly limits: IngestLimits;
  readonly counters: Counters;
  readonly seen: SeenIds | undefined;
}

/** Events before a file's first known time wait for it, but no more than this many. */
const UNDATED_HELD = 1000;

/** Few rejects in a file without any event are reported one by one; more are one report on the file. */
const FEW = 10;

/** Turns the bytes of one file into events; synchronous, so that no event costs a promise. */
export class FileReader implements RecordSink {
  /** Read and not yet taken by the caller. */
  events: SourceEvent[] = [];
  readonly #options: FileReaderOptions;
  #window: Buffer[] = [];
  #windowBytes = 0;
  #splitter: Splitter | undefined;
  /** What a file is told to be when none of it can be read. */
  #unreadable: RejectCode = 'INGEST_NOT_JSON';
  #identity: ContentIdentity | undefined;
  #receivedAt = 0;
  /** Rejects before the first event, until it is clear whether the file holds any. */
  #early: Reject[] | undefined = [];
  #givenUp = false;
  /** Time of the last record that had one. */
  #lastTime: number | undefined;
  /** Events at the file's start that have no time yet. */
  #undated: SourceEvent[] = [];

  constructor(options: FileReaderOptions) {
    this.#options = options;
  }

  /** The file holds nothing readable; its rest need not be read. */
  get givenUp(): boolean {
    return this.#givenUp;
  }

  take(): SourceEvent[] {
    const taken = this.events;
    this.events = [];
    return taken;
  }

  feed(chunk: Buffer): void {
    this.#options.counters.bytes += chunk.length;
    if (this.#splitter !== undefined) {
      this.#split(this.#splitter, chunk);
      return;
    }
    this.#window.push(chunk);
    this.#windowBytes += chunk.length;
    if (this.#windowBytes >= SNIFF_BYTES) this.#open(false);
  }

  end(): void {
    if (this.#splitter === undefined) this.#open(true);
    if (!this.#givenUp) this.#splitter?.end();
    this.#date(0);
    this.#settleEarly();
  }

  /** The content broke off; what was read stands. */
  fail(problem: FileProblem): void {
    if (this.#splitter === undefined) this.#open(true);
    const rest = this.#splitter?.abandon() ?? NOTHING;
    this.#date(0);
    this.#settleEarly();
    this.#report({ ...this.#describe(problem.code, 0, '', rest, 0, rest.length), message: problem.message });
  }

  /** The first bytes are there: judge the format, then read them. */
  #open(whole: boolean): void {
    const all = Buffer.concat(this.#window);
    this.#window = [];
    const { tenant, source, limits } = this.#options;
    this.#identity = new ContentIdentity(tenant, source, all);
    const text = all[0] === 0xef && all[1] === 0xbb && all[2] === 0xbf ? all.subarray(3) : all;
    const format = formatOf(text.subarray(0, SNIFF_BYTES), whole && text.length <= SNIFF_BYTES);
    if (format === 'binary') {
      this.#giveUp('INGEST_BINARY_FILE', '', text);
      return;
    }
    if (format === 'evtx') this.#splitter = this.#eventLog();
    else this.#splitter = format === 'lines' ? new LineSplitter(this, limits) : new ValueSplitter(this, limits);
    this.#split(this.#splitter, text);
  }

  /** An event log's records are rendered, not parsed: they come as objects. */
  #eventLog(): EvtxReader {
    this.#unreadable = 'INGEST_EVTX_UNREADABLE';
    const sink: EvtxSink = {
      record: (record, number, bytes, start, end) => {
        if (!this.#givenUp) this.#event(record, JSON.stringify(record), bytes, start, end, number);
      },
      reject: (code, number, detail, bytes, start, end) => this.reject(code, number, detail, bytes, start, end),
    };
    return new EvtxReader(sink, this.#options.limits.depth);
  }

  #split(splitter: Splitter, chunk: Buffer): void {
    if (this.#givenUp) return;
    this.#receivedAt = this.#options.clock.now();
    splitter.feed(chunk);
    const { counters } = this.#options;
    if (splitter.held > counters.peakHeldBytes) counters.peakHeldBytes = splitter.held;
  }

  record(bytes: Buffer, start: number, end: number, line: number): void {
    if (this.#givenUp) return;
    const { limits, counters } = this.#options;
    const parsed = parseRecord(bytes, start, end, limits.depth);
    if (parsed.kind === 'invalid') {
      if (!this.#resplit(bytes, start, end, line))
        this.reject('INGEST_INVALID_JSON', line, parsed.detail, bytes, start, end);
      return;
    }
    if (parsed.kind === 'deep') {
      this.reject('INGEST_RECORD_TOO_DEEP', line, `over ${limits.depth} levels`, bytes, start, end);
      return;
    }
    const { value, text } = parsed;
    if (typeof value !== 'object' || value === null) {
      this.reject('INGEST_NOT_AN_OBJECT', line, '', bytes, start, end);
      return;
    }
    if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(start, end))) counters.invalidUtf8 += 1;
    const inside = Array.isArray(value) ? value : enveloped(value);
    if (inside === undefined) this.#event(value as JsonObject, text, bytes, start, end, line);
    else this.#unpack(inside, line);
  }

  reject(code: RejectCode, line: number, detail: string, bytes: Buffer, start: number, end: number): void {
    if (this.#givenUp) return;
    const reject = this.#describe(code, line, detail, bytes, start, end);
    if (this.#early === undefined) {
      this.#report(reject);
      return;
    }
    this.#early.push(reject);
    const limit = this.#options.limits.rejectsAtStart;
    if (this.#early.length >= limit)
      this.#giveUp(this.#unreadable, `none of the first ${limit} records could be read`, NOTHING);
  }

  /** An array or envelope on a line of its own: its elements are the records. */
  #unpack(elements: readonly unknown[], line: number): void {
    for (const element of elements) {
      const text = JSON.stringify(element);
      const bytes = Buffer.from(text);
      if (typeof element === 'object' && element !== null && !Array.isArray(element)) {
        this.#event(element as JsonObject, text, bytes, 0, bytes.length, line);
      } else {
        this.reject('INGEST_NOT_AN_OBJECT', line, '', bytes, 0, bytes.length);
      }
    }
  }

  /** A line that is no JSON value may be several, one after the other; all of them must be good, or the line is one reject. */
  #resplit(bytes: Buffer, start: number, end: number, line: number): boolean {
    if (!(this.#splitter instanceof LineSplitter) || bytes[start] !== 123) return false;
    const found: Buffer[] = [];
    let good = true;
    const collect: RecordSink = {
      record: (within, from, to) => {
        const parsed = parseRecord(within, from, to, this.#options.limits.depth);
        good &&= parsed.kind === 'value' && typeof parsed.value === 'object';
        found.push(within.subarray(from, to));
      },
      reject: () => {
        good = false;
      },
    };
    const splitter = new ValueSplitter(collect, this.#options.limits);
    splitter.feed(bytes.subarray(start, end));
    splitter.end();
    if (!good || found.length < 2) return false;
    for (const one of found) this.record(one, 0, one.length, line);
    return true;
  }

  #event(record: JsonObject, raw: string, bytes: Buffer, start: number, end: number, line: number): void {
    const { seen, counters, file } = this.#options;
    const identity = this.#identity;
    if (identity === undefined) return;
    if (this.#early !== undefined) {
      for (const reject of this.#early) this.#report(reject);
      this.#early = undefined;
    }
    const lens = lensOf(record);
    const native = lens.nativeId(record);
    const id = native === undefined ? identity.next(bytes, start, end) : identity.native(lens.name, native);
    if (seen !== undefined && !seen.add(id)) {
      counters.duplicates += 1;
      return;
    }
    const own = lens.time(record);
    if (own !== undefined) {
      this.#date(own);
      this.#lastTime = own;
    }
    counters.events += 1;
    const event: SourceEvent = {
      id,
      record,
      lens,
      origin: lens.origin(record),
      time: own ?? this.#lastTime ?? 0,
      timeSuspect: own === undefined || isTimeSuspect(own, this.#receivedAt, 'replay'),
      file,
      line,
      bytes: end - start,
      raw,
    };
    if (own !== undefined || this.#lastTime !== undefined) this.events.push(event);
    else this.#holdUndated(event);
  }

  /** A replay gives the same answer twice, so the clock lends no event its time: those before the first known one take that. */
  #holdUndated(event: SourceEvent): void {
    this.#undated.push(event);
    if (this.#undated.length < UNDATED_HELD) return;
    this.#date(0);
    this.#lastTime = 0;
  }

  #date(time: number): void {
    for (const event of this.#undated) this.events.push({ ...event, time });
    this.#undated = [];
  }

  #describe(code: RejectCode, line: number, detail: string, bytes: Buffer, start: number, end: number): Reject {
    const message = detail === '' ? rejectCodes[code] : `${rejectCodes[code]}: ${detail}`;
    const raw = Buffer.from(bytes.subarray(start, Math.min(end, start + this.#options.limits.rawBytes)));
    return { file: this.#options.file, line, code, message, ...(raw.length > 0 ? { raw } : {}) };
  }

  #report(reject: Reject): void {
    this.#options.counters.malformed += 1;
    this.#options.onReject(reject);
  }

  #giveUp(code: RejectCode, detail: string, bytes: Buffer): void {
    if (this.#givenUp) return;
    this.#givenUp = true;
    const first = this.#early?.[0]?.raw ?? bytes;
    this.#early = undefined;
    this.#report(this.#describe(code, 0, detail, first, 0, first.length));
  }

  /** The file has ended without an event: a few rejects are told one by one, many as one. */
  #settleEarly(): void {
    if (this.#early === undefined || this.#givenUp) return;
    if (this.#early.length > FEW) {
      this.#giveUp(this.#unreadable, `none of its ${this.#early.length} records could be read`, NOTHING);
      return;
    }
    for (const reject of this.#early) this.#report(reject);
    this.#early = undefined;
  }
}
