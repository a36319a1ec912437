import type { FileHandle } from 'node:fs/promises';
import { SNIFF_BYTES } from '../../../format.ts';
import { ANCHOR_BYTES } from '../../../identity.ts';
import { parseRecord } from '../../../parse-record.ts';
import { NOTHING } from '../../../sink.ts';
import { digest, type Ground, Outlet, readAt, refuse, textOf } from './ground.ts';
import type { Position } from './position.ts';
import { FileRecords, type Passed } from './records.ts';

const CHUNK = 256 * 1024;
/** Bytes of one file before the others have their turn. */
const TURN_BYTES = 32 * 1024 * 1024;
const LAST_BYTES = 1024;
const NEWLINE = 10;

interface Start {
  readonly head: Buffer;
  readonly last: Buffer;
  readonly window: Buffer;
  readonly passed?: Passed | undefined;
}

/** A file of lines, read to its end as it grows. */
export class LinesReading {
  readonly #ground: Ground;
  readonly #handle: FileHandle;
  readonly #records: FileRecords;
  readonly #outlet: Outlet;
  readonly #isText: boolean;
  #position: Position;
  /** Bytes read, and those of them that whole lines make up. */
  #fed: number;
  #whole: number;
  #head: Buffer;
  /** The last bytes of whole lines, and of all that was read. */
  #last: Buffer;
  #end: Buffer;

  private constructor(ground: Ground, handle: FileHandle, position: Position, { head, last, window, passed }: Start) {
    this.#ground = ground;
    this.#handle = handle;
    this.#position = position;
    this.#fed = position.offset;
    this.#whole = position.offset;
    this.#head = head;
    this.#last = last;
    this.#end = last;
    this.#outlet = new Outlet(ground);
    const { limits } = ground;
    const readText = textOf(ground, window);
    this.#isText = readText !== undefined;
    this.#records = new FileRecords({
      format: 'lines',
      chain: position.chain,
      records: position.records,
      passed,
      limits,
      readText,
      onReject: (code, message, raw) => refuse(ground, this.#position.path, code, message, raw),
    });
  }

  /**
   * From the file's beginning; with `passed`, as a copy of what was read before.
   * @param window its first bytes
   */
  static begin(ground: Ground, handle: FileHandle, position: Position, window: Buffer, passed?: Passed): LinesReading {
    return new LinesReading(ground, handle, position, { head: NOTHING, last: NOTHING, window, passed });
  }

  /** Where it was left; undefined where the file no longer holds what was read of it. */
  static async resume(ground: Ground, handle: FileHandle, position: Position): Promise<LinesReading | undefined> {
    const head = await readAt(handle, 0, position.headBytes);
    const last = await readAt(handle, position.offset - position.lastBytes, position.lastBytes);
    if (!agrees(position, head, last)) return undefined;
    const window = await readAt(handle, 0, SNIFF_BYTES);
    return new LinesReading(ground, handle, position, { head, last, window });
  }

  get position(): Position {
    return this.#position;
  }

  get handle(): FileHandle {
    return this.#handle;
  }

  get taken(): number {
    return this.#outlet.taken;
  }

  get passing(): boolean {
    return this.#records.passing;
  }

  get differs(): boolean {
    return this.#records.differs;
  }

  moved(path: string): void {
    this.#position = { ...this.#position, path };
  }

  /** Still the content that was read: it is no shorter, and its beginning and what was read last are there. */
  async holds(size: number, changed: boolean): Promise<boolean> {
    if (size < this.#fed) return false;
    if (size === this.#fed && !changed) return true;
    const head = await readAt(this.#handle, 0, this.#head.length);
    // With what is held of an unfinished line: the rest of another would make a record that nobody wrote.
    const end = await readAt(this.#handle, this.#fed - this.#end.length, this.#end.length);
    return head.equals(this.#head) && end.equals(this.#end);
  }

  /** Reads on; resolves to true where there was more than one turn's worth. */
  async read(): Promise<boolean> {
    for (const until = this.#fed + TURN_BYTES; this.#fed < until; ) {
      const chunk = await readAt(this.#handle, this.#fed, CHUNK);
      if (chunk.length === 0) {
        await this.#pass(true);
        return false;
      }
      this.#feed(chunk);
      if (this.differs) return false;
      await this.#pass(false);
    }
    await this.#pass(true);
    return true;
  }

  /**
   * What stands after the last line end. A JSON record that is complete is one. Text is one when the file has been at rest for long. A
   * record broken off waits for its rest; where nothing more comes it is refused, and read again should it be there another time.
   * @param rest milliseconds since the file changed
   */
  async tail(rest: number): Promise<void> {
    const { limits, once, settleMs, restMs } = this.#ground;
    const length = this.#fed - this.#whole;
    if (length === 0 || length > limits.recordBytes || (!once && rest < settleMs)) return;
    const tail = (await readAt(this.#handle, this.#whole, length)).toString('utf8').trim();
    const text = Buffer.from(tail);
    if (text.length === 0) return;
    if (!this.#isText) {
      if (parseRecord(text, 0, text.length, limits.depth).kind !== 'value') {
        const raw = text.subarray(0, limits.rawBytes);
        if (once) refuse(this.#ground, this.#position.path, 'INGEST_TRUNCATED', 'the last record has no end', raw);
        return;
      }
    } else if (!once && rest < restMs) return;
    this.#records.end();
    this.#whole = this.#fed;
    this.#last = this.#end;
    await this.#pass(true);
  }

  #feed(chunk: Buffer): void {
    this.#records.feed(chunk);
    const newline = chunk.lastIndexOf(NEWLINE);
    if (newline >= 0) {
      this.#whole = this.#fed + newline + 1;
      this.#last = lastOf(this.#end, chunk.subarray(0, newline + 1));
    }
    this.#end = lastOf(this.#end, chunk);
    this.#fed += chunk.length;
  }

  async #pass(all: boolean): Promise<void> {
    if (this.#records.passing || this.#records.differs) return;
    const lacking = Math.min(this.#whole, ANCHOR_BYTES);
    if (this.#head.length < lacking) this.#head = await readAt(this.#handle, 0, lacking);
    const saved = await this.#outlet.pass(
      this.#records,
      () => this.#now(),
      all && this.#whole !== this.#position.offset,
    );
    if (saved !== undefined) this.#position = { ...saved, path: this.#position.path };
  }

  #now(): Position {
    return {
      ...this.#position,
      ...this.#records.position,
      offset: this.#whole,
      head: digest(this.#head),
      headBytes: this.#head.length,
      last: digest(this.#last),
      lastBytes: this.#last.length,
    };
  }
}

function lastOf(before: Buffer, chunk: Buffer): Buffer {
  const all = chunk.length >= LAST_BYTES ? chunk : Buffer.concat([before, chunk]);
  return Buffer.from(all.subarray(-LAST_BYTES));
}

function agrees(position: Position, head: Buffer, last: Buffer): boolean {
  const { headBytes, lastBytes } = position;
  if (head.length !== headBytes || last.length !== lastBytes) return false;
  return (headBytes === 0 || digest(head) === position.head) && (lastBytes === 0 || digest(last) === position.last);
}
