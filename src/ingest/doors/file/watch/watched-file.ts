import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { formatOf, SNIFF_BYTES } from '../../../format.ts';
import { ANCHOR_BYTES } from '../../../identity.ts';
import { rejectCodes } from '../../../reject.ts';
import { isGzip } from '../gunzip.ts';
import { chainStart } from './chain.ts';
import { digest, type Ground, isForeign, readAt, refuse } from './ground.ts';
import { LinesReading } from './lines.ts';
import type { Position } from './position.ts';
import type { Passed } from './records.ts';
import { headOf, openWhole, readWhole, type WholeOutcome } from './whole.ts';

/** A file as it was found. */
export interface Found {
  readonly inode: string;
  /** From the watched folder; `absolute` is where to open it. */
  readonly path: string;
  readonly absolute: string;
  readonly size: number;
  /** Epoch ms. */
  readonly modifiedAt: number;
}

const NEWLINE = 10;

type Foreign = 'INGEST_BINARY_FILE' | 'INGEST_NOT_JSON';

/** What a file is known by. An inode is soon given to another file; the time it was made tells the two apart, where the file system keeps it. */
export function inodeOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}

/** One file of a source: what it is, how far it was read, what becomes of it. */
export class WatchedFile {
  readonly #ground: Ground;
  #found: Found;
  #position: Position | undefined;
  #lines: LinesReading | undefined;
  #changedAt: number;
  /** State of the file that nothing could be made of: it is looked at again when it changes. */
  #refusedAt: string | undefined;
  /** State in which it was found cut off. */
  #cutAt: string | undefined;
  #taken = 0;

  constructor(ground: Ground, found: Found) {
    this.#ground = ground;
    this.#found = found;
    this.#changedAt = found.modifiedAt;
    this.#position = ground.known.at(found.inode);
  }

  get found(): Found {
    return this.#found;
  }

  /** It has another name now. */
  seenAt(path: string, absolute: string): void {
    this.#found = { ...this.#found, path, absolute };
  }

  /** Epoch ms of the last change seen. */
  get changedAt(): number {
    return this.#changedAt;
  }

  /** Its file is held open, so that it can be read to its end after it was renamed or deleted. */
  get open(): boolean {
    return this.#lines !== undefined;
  }

  /** Records delivered since it was found. */
  get taken(): number {
    return this.#taken + (this.#lines?.taken ?? 0);
  }

  async close(): Promise<void> {
    const lines = this.#lines;
    this.#lines = undefined;
    if (lines === undefined) return;
    this.#position = lines.position;
    this.#taken += lines.taken;
    await lines.handle.close();
  }

  /** Reads what there is; resolves to true where there is more than one turn's worth. Throws what keeps the file from being read. */
  async read(found: Found): Promise<boolean> {
    const { path } = this.#lines?.position ?? this.#position ?? this.#found;
    const changed = stateOf(found) !== stateOf(this.#found);
    if (changed) this.#changedAt = this.#ground.clock.now();
    this.#found = found;
    if (this.#refusedAt === stateOf(found)) return false;
    if (path !== found.path) await this.#moved(found.path);
    // A new file may have the inode of one that is gone; one that kept its name was written anew.
    const mayBeCopy = path !== found.path;
    const position = this.#lines?.position ?? this.#position;
    if (position === undefined) return await this.#begin(true);
    if (position.mode === 'whole') return await this.#whole(position, mayBeCopy);
    this.#lines ??= await this.#resume(position);
    if (this.#lines === undefined || !(await this.#lines.holds(found.size, changed)))
      return await this.#renew(position, mayBeCopy);
    return await this.#readLines(this.#lines);
  }

  /** What is left in a file that has no name any more. */
  async drain(): Promise<void> {
    while (await this.#lines?.read());
    await this.#lines?.tail(this.#ground.restMs);
  }

  get #settled(): boolean {
    const { once, clock, settleMs } = this.#ground;
    return once || clock.now() - this.#changedAt >= settleMs;
  }

  async #moved(path: string): Promise<void> {
    this.#lines?.moved(path);
    const position = this.#lines?.position ?? this.#position;
    if (position === undefined) return;
    this.#position = { ...position, path };
    await this.#ground.known.save(this.#position);
  }

  async #readLines(lines: LinesReading): Promise<boolean> {
    const more = await lines.read();
    if (!more) await lines.tail(this.#ground.clock.now() - this.#changedAt);
    return more;
  }

  async #resume(position: Position): Promise<LinesReading | undefined> {
    if (this.#found.size < position.offset) return undefined;
    const handle = await this.#handle();
    const lines = await LinesReading.resume(this.#ground, handle, position).catch(closing(handle));
    if (lines === undefined) await handle.close();
    return lines;
  }

  /** The file holds other content than it did. */
  async #renew(position: Position, mayBeCopy: boolean): Promise<boolean> {
    await this.close();
    await this.#ground.known.save({ ...(this.#position ?? position), inode: null });
    this.#position = undefined;
    return await this.#begin(mayBeCopy);
  }

  async #handle(): Promise<FileHandle> {
    const links = this.#ground.once ? 0 : constants.O_NOFOLLOW;
    const handle = await open(this.#found.absolute, constants.O_RDONLY | constants.O_NONBLOCK | links);
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile() && inodeOf(stats) === this.#found.inode) return handle;
    await handle.close();
    throw new Error('another file has its name now');
  }

  /** @param mayBeCopy of content that was read before */
  async #begin(mayBeCopy: boolean): Promise<boolean> {
    if (this.#found.size === 0) return false;
    const handle = await this.#handle();
    let kept = false;
    try {
      const window = await readAt(handle, 0, SNIFF_BYTES);
      const mode = this.#modeOf(window);
      if (mode === 'whole') {
        if (this.#settled) await this.#beginWhole(handle, mayBeCopy);
      } else if (mode === 'lines') {
        this.#lines = await this.#beginLines(handle, window, mayBeCopy);
        kept = this.#lines !== undefined;
      } else if (mode !== undefined) this.#refuse(mode);
    } finally {
      if (!kept) await handle.close();
    }
    return this.#lines !== undefined && (await this.#readLines(this.#lines));
  }

  /** Undefined while too little is there to tell. */
  #modeOf(window: Buffer): 'lines' | 'whole' | Foreign | undefined {
    const utf16 = (window[0] === 0xff && window[1] === 0xfe) || (window[0] === 0xfe && window[1] === 0xff);
    if (isGzip(window) || utf16) return 'whole';
    if (window.length < SNIFF_BYTES && !window.includes(NEWLINE) && !this.#settled) return undefined;
    const text = window[0] === 0xef && window[1] === 0xbb && window[2] === 0xbf ? window.subarray(3) : window;
    const format = formatOf(text, window.length < SNIFF_BYTES && this.#settled);
    if (format === 'binary') return 'INGEST_BINARY_FILE';
    if (format !== 'lines') return 'whole';
    return isForeign(this.#ground, text) ? 'INGEST_NOT_JSON' : 'lines';
  }

  #refuse(code: Foreign): void {
    this.#refusedAt = stateOf(this.#found);
    refuse(this.#ground, this.#found.path, code, rejectCodes[code]);
  }

  async #beginLines(handle: FileHandle, window: Buffer, mayBeCopy: boolean): Promise<LinesReading | undefined> {
    const { known, present } = this.#ground;
    // Up to a line's end: more of a short file may be on its way.
    const whole = window.subarray(0, window.lastIndexOf(NEWLINE) + 1 || window.length);
    const head = whole.subarray(0, ANCHOR_BYTES);
    for (const original of mayBeCopy ? known.originals(head, this.#found.path, present) : []) {
      const copy = this.#copyOf(original, 'lines');
      const lines = LinesReading.begin(this.#ground, handle, copy, window, original);
      while (await lines.read());
      if (lines.differs) continue;
      if (!lines.passing) return lines;
      // All of it stands in the original: it may still be on its way here.
      if (!this.#settled) return undefined;
    }
    return LinesReading.begin(this.#ground, handle, await this.#new(head, 'lines'), window);
  }

  async #beginWhole(handle: FileHandle, mayBeCopy: boolean): Promise<void> {
    if (this.#cutAt === stateOf(this.#found) && !this.#rested) return;
    const { known, present } = this.#ground;
    const opened = await openWhole(this.#ground, fromStart(handle));
    const head = headOf(opened);
    await opened.rest.return(undefined);
    for (const original of mayBeCopy ? known.originals(head, this.#found.path, present) : []) {
      const outcome = await this.#pass(handle, this.#copyOf(original, 'whole'), original);
      if (outcome.end === 'read') {
        await this.#done(outcome);
        return;
      }
      if (this.#mayComplete(outcome)) return;
    }
    await this.#done(await this.#pass(handle, await this.#new(head, 'whole')));
  }

  /** Read before, in part or to its end; or changed since. */
  async #whole(position: Position, mayBeCopy: boolean): Promise<boolean> {
    const { size, modifiedAt } = this.#found;
    if (position.offset === size && position.readAt === modifiedAt) return false;
    if (!this.#settled || (this.#cutAt === stateOf(this.#found) && !this.#rested)) return false;
    const handle = await this.#handle();
    let outcome: WholeOutcome;
    try {
      outcome = await this.#pass(handle, position, position.records > 0 ? position : undefined);
    } finally {
      await handle.close();
    }
    if (outcome.end !== 'differs' && outcome.end !== 'short') await this.#done(outcome);
    else if (!this.#mayComplete(outcome)) return await this.#renew(position, mayBeCopy);
    return false;
  }

  /** Gzip that was cut off may only be half here. */
  #mayComplete({ problem }: WholeOutcome): boolean {
    if (problem?.code !== 'INGEST_GZIP_TRUNCATED' || this.#rested) return false;
    this.#cutAt = stateOf(this.#found);
    return true;
  }

  async #pass(handle: FileHandle, begun: Position, passed?: Passed): Promise<WholeOutcome> {
    return await readWhole(this.#ground, await openWhole(this.#ground, fromStart(handle)), begun, passed);
  }

  get #rested(): boolean {
    const { once, clock, restMs } = this.#ground;
    return once || clock.now() - this.#changedAt >= restMs;
  }

  /** What comes of a reading to the end: read again when it changes. */
  async #done(outcome: WholeOutcome): Promise<void> {
    const { foreign, problem, position, taken } = outcome;
    const { size, modifiedAt, path } = this.#found;
    this.#taken += taken;
    this.#position = position;
    if (this.#mayComplete(outcome)) return;
    if (foreign !== undefined && problem === undefined) refuse(this.#ground, path, foreign, rejectCodes[foreign]);
    if (problem !== undefined) refuse(this.#ground, path, problem.code, problem.message);
    this.#position = { ...position, offset: size, readAt: modifiedAt };
    await this.#ground.known.save(this.#position);
  }

  #copyOf(original: Position, mode: Position['mode']): Position {
    const { inode, path } = this.#found;
    const { known } = this.#ground;
    const nothing = { records: 0, chain: original.start, offset: 0, lastBytes: 0, last: '', readAt: 0 };
    return { ...original, ...nothing, number: known.next(), inode, path, mode };
  }

  /** Kept before anything of it is delivered: read again after a crash, it has the ids it had, however the file grew. */
  async #new(head: Buffer, mode: Position['mode']): Promise<Position> {
    const { known, source } = this.#ground;
    const { inode, path } = this.#found;
    const number = known.next();
    const plain = chainStart(source.tenant, source.id, head);
    const start = known.begins(plain) ? chainStart(source.tenant, source.id, head, String(number)) : plain;
    const nothing = { records: 0, offset: 0, headBytes: 0, head: digest(Buffer.alloc(0)), lastBytes: 0, last: '' };
    const position: Position = { number, inode, path, home: path, mode, start, chain: start, ...nothing, readAt: 0 };
    await known.save(position);
    return position;
  }
}

function fromStart(handle: FileHandle): AsyncIterator<Buffer> {
  const stream = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 256 * 1024 });
  return stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
}

function stateOf({ size, modifiedAt }: Found): string {
  return `${size}|${modifiedAt}`;
}

function closing(handle: FileHandle): (error: unknown) => Promise<never> {
  return async (error) => {
    await handle.close();
    throw error;
  };
}
