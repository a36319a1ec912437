import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { JsonObject } from '../../../../contracts/event.ts';
import type { SourceRef } from '../../../../contracts/source.ts';
import { BridgewatchError } from '../../../../kernel/errors.ts';
import type { Clock } from '../../../../ports/clock.ts';
import { hasRecordLine, opensJson } from '../../../format.ts';
import type { Incoming, Intake } from '../../../intake.ts';
import type { IngestLimits } from '../../../limits.ts';
import type { Reject, RejectCode } from '../../../reject.ts';
import type { KnownContents } from './known.ts';
import type { Position } from './position.ts';
import type { FileRecords } from './records.ts';

/** What the readers of all files of one source share. */
export interface Ground {
  readonly source: SourceRef;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly known: KnownContents;
  readonly limits: IngestLimits;
  readonly readText?: ((text: string, receivedAt: number) => JsonObject) | undefined;
  /** All text is read; else only what its first lines show to be syslog, CEF, LEEF or the like: a licence among the files is none. */
  readonly anyText: boolean;
  readonly onReject?: ((reject: Reject) => void) | undefined;
  /** Milliseconds without change after which a file that is read as a whole is taken to be complete. */
  readonly settleMs: number;
  /** And after which the end of a file is a line although none ends there; a file cut off is given up. */
  readonly restMs: number;
  /** Nothing comes later: every file is complete as it is. */
  readonly once: boolean;
  /** A file of this inode is in the folder now. */
  readonly present: (inode: string) => boolean;
  readonly signal: AbortSignal;
}

/** Why a reading ended early: the door closes. What was not delivered is read again. */
export class Stopped extends Error {}

/** Bytes of records that are delivered together, and that are read again at most after a crash. */
const DELIVERY_BYTES = 512 * 1024;
const SAVE_BYTES = 8 * 1024 * 1024;
const RETRY_MS = 100;
/** Lines that text is judged by. */
const JUDGED_LINES = 5;

/** Reads lines of text in content that is text. @param window its beginning */
export function textOf(ground: Ground, window: Buffer): ((text: string) => JsonObject) | undefined {
  const { readText, anyText, clock } = ground;
  if (readText === undefined || opensJson(window)) return undefined;
  const read = (text: string): JsonObject => readText(text, clock.now());
  return anyText || isLog(window, read) ? read : undefined;
}

/** One of its first lines is more than prose. */
function isLog(window: Buffer, read: (text: string) => JsonObject): boolean {
  const lines = window.toString('utf8').trim().split('\n', JUDGED_LINES);
  return lines.some((line) => Object.keys(read(line.trim())).some((key) => key !== 'message'));
}

/** What content of lines is, where none of it can be read. @param window its beginning */
export function isForeign(ground: Ground, window: Buffer): boolean {
  return !opensJson(window) && !hasRecordLine(window) && textOf(ground, window) === undefined;
}

export function refuse(ground: Ground, path: string, code: RejectCode, message: string, raw?: Buffer): void {
  ground.intake.counters.rejected(ground.source, code);
  ground.onReject?.({ file: path, line: 0, code, message, ...(raw === undefined ? {} : { raw }) });
}

/** Delivers, waiting while the log is behind, full or away: a file has time. Throws `Stopped`, and what is no such state. */
async function deliver({ intake, source, signal }: Ground, records: readonly Incoming[]): Promise<void> {
  for (;;) {
    if (signal.aborted) throw new Stopped();
    if (!intake.busy) {
      try {
        await intake.deliver({ source, door: 'file', records });
        return;
      } catch (error) {
        if (!(error instanceof BridgewatchError && (error.status === 429 || error.status === 503))) throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** From one reading to the intake, and its position after the receipt. */
export class Outlet {
  readonly #ground: Ground;
  #unsaved = 0;
  #taken = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Records delivered. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Delivers what was read where it is much, or all of it; resolves to the position when that was saved.
   * @param position where the reading stands now
   */
  async pass(records: FileRecords, position: () => Position, all: boolean): Promise<Position | undefined> {
    if (records.passing || records.differs) return undefined;
    if (!all && records.bytes < DELIVERY_BYTES) return undefined;
    const at = position();
    this.#unsaved += records.bytes;
    const incoming = records.take();
    if (incoming.length > 0) await deliver(this.#ground, incoming);
    this.#taken += incoming.length;
    if (!all && this.#unsaved < SAVE_BYTES) return undefined;
    this.#unsaved = 0;
    await this.#ground.known.save(at);
    return at;
  }
}

export function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Up to `length` bytes from `at`: fewer only where the file ends. */
export async function readAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
