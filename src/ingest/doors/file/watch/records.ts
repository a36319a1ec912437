import type { JsonObject } from '../../../../contracts/event.ts';
import { type CutParts, cutRecords } from '../../../cut-records.ts';
import type { Incoming } from '../../../intake.ts';
import { type RejectCode, rejectCodes } from '../../../reject.ts';
import type { Splitter } from '../../../sink.ts';
import { ContentChain } from './chain.ts';

/** Records that were read before, in this file or in the one it is a copy of: they are passed over, and must prove to be the same. */
export interface Passed {
  readonly records: number;
  /** The chain after them. */
  readonly chain: string;
}

interface RecordsParts extends Pick<CutParts, 'format' | 'limits' | 'readText'> {
  /** Digest of the chain where the reading begins. */
  readonly chain: string;
  /** Records read before that. */
  readonly records: number;
  readonly passed?: Passed | undefined;
  onReject(code: RejectCode, message: string, raw: Buffer): void;
}

/** From the bytes of one content to what the intake takes; synchronous, so that no event costs a promise. */
export class FileRecords {
  readonly #parts: RecordsParts;
  readonly #chain: ContentChain;
  readonly #splitter: Splitter;
  #taken: Incoming[] = [];
  #bytes = 0;
  #records: number;
  #passing: boolean;
  #differs = false;

  constructor(parts: RecordsParts) {
    const { format, limits, readText, chain, records, passed } = parts;
    this.#parts = parts;
    this.#chain = new ContentChain(chain);
    this.#records = records;
    this.#passing = passed !== undefined && passed.records > records;
    this.#splitter = cutRecords({
      format,
      limits,
      readText,
      onRecord: (record, raw, bytes, start, end) => this.#add(record, raw, bytes, start, end),
      onReject: (code, detail, bytes, start, end) => this.#refuse(code, detail, bytes, start, end),
    });
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

  #refuse(code: RejectCode, detail: string, bytes: Buffer, start: number, end: number): void {
    // What is passed over was refused then.
    if (this.#passing || this.#differs) return;
    const { limits, onReject } = this.#parts;
    const raw = Buffer.from(bytes.subarray(start, Math.min(end, start + limits.rawBytes)));
    onReject(code, detail === '' ? rejectCodes[code] : `${rejectCodes[code]}: ${detail}`, raw);
  }
}
