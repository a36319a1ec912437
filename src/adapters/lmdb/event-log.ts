import type { Database, RootDatabase } from 'lmdb';
import { LANES } from '../../contracts/log-batch.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { pause } from '../../kernel/pause.ts';
import type { Appended, EventLog, Logged } from '../../ports/event-log.ts';
import { BALLAST_BYTES, Ballast } from './ballast.ts';
import { bytesLeft, explained, full, openEnvironment } from './environment.ts';

export interface LmdbLogOptions {
  /** A folder of its own. */
  readonly path: string;
  /** Bytes on disk that batches may take; 32 GiB unless told. */
  readonly maxBytes?: number;
  /** Bytes of the disk that are left to others, among them the trimming that makes room again; 64 MiB unless told. */
  readonly reserveBytes?: number;
}

const GIB = 1024 ** 3;
const PAGE = 4096;
/** How long an idle reader sleeps. It costs one look-up in memory a turn. */
const POLL_MS = 10;
/** Batches that go in one transaction of a trim: the write lock is shared with whoever appends. */
const TRIM_BATCHES = 500;
/** The one entry of `state`: the last position of every lane. Its version rises with every append. */
const ENDS = 'ends';

/** The parts of LMDB's statistics that say how much is held: its types leave them out. */
interface Stats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

interface Waiting {
  readonly batches: readonly Appended[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The event log on LMDB: batches by [lane, position], positions without gaps as they are given. Appends that wait while one is under
 * way go together in the next transaction, whose promise resolves after its fsync. Several processes may have it open.
 */
export function openLmdbLog(options: LmdbLogOptions): EventLog {
  return new LmdbLog(options);
}

class LmdbLog implements EventLog {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #reserveBytes: number;
  readonly #ballast: Ballast;
  readonly #root: RootDatabase<Buffer, string>;
  readonly #batches: Database<Buffer, number[]>;
  readonly #state: Database<Buffer, string>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;

  constructor({ path, maxBytes = 32 * GIB, reserveBytes = GIB / 16 }: LmdbLogOptions) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#reserveBytes = reserveBytes;
    this.#root = openEnvironment(path, 4);
    this.#ballast = new Ballast(path);
    this.#ballast.load();
    this.#batches = this.#root.openDB<Buffer, number[]>({ name: 'batches', encoding: 'binary' });
    this.#state = this.#root.openDB<Buffer, string>({ name: 'state', encoding: 'binary', useVersions: true });
    this.#state.transactionSync(() => {
      if (!this.#state.doesExist(ENDS)) void this.#state.put(ENDS, Buffer.alloc(LANES * 8), 1);
    });
  }

  async append(batches: readonly Appended[]): Promise<void> {
    if (batches.length === 0) return;
    for (const { lane } of batches) {
      // Found out inside a transaction it would leave half of an append.
      if (!Number.isInteger(lane) || lane < 0 || lane >= LANES)
        throw new Error(`lane ${lane} is not in 0..${LANES - 1}`);
    }
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ batches, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  async read(lane: number, after: number, bytes: number): Promise<readonly Logged[]> {
    const read: Logged[] = [];
    let size = 0;
    for (const { key, value } of this.#batches.getRange({ start: [lane, after + 1], end: [lane + 1] })) {
      if (read.length > 0 && size + value.length > bytes) break;
      read.push({ position: key[1] ?? 0, bytes: value });
      size += value.length;
    }
    // A snapshot that is held keeps the pages of everything trimmed since.
    this.#batches.resetReadTxn();
    return read;
  }

  async end(lane: number): Promise<number> {
    return this.#ends().ends[lane] ?? 0;
  }

  async more(after: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { ends } = this.#ends();
      for (const [lane, at] of after) if ((ends[lane] ?? 0) > at) return;
      await pause(POLL_MS, signal);
    }
  }

  async trim(lane: number, upTo: number): Promise<void> {
    // A reader that was killed would keep every page from being used again.
    this.#root.readerCheck();
    for (;;) {
      const keys = [...this.#batches.getKeys({ start: [lane], end: [lane, upTo + 1], limit: TRIM_BATCHES })];
      this.#batches.resetReadTxn();
      if (keys.length === 0) break;
      try {
        await this.#batches.batch(() => {
          for (const key of keys) void this.#batches.remove(key);
        });
      } catch (error) {
        const why = await explained(error, this.#path, full.log);
        if (!(why instanceof BridgewatchError && this.#ballast.drop())) throw why;
      }
    }
    if (bytesLeft(this.#path) > this.#reserveBytes + BALLAST_BYTES) this.#ballast.load();
  }

  async size(): Promise<number> {
    const stats = this.#batches.getStats() as Stats;
    this.#batches.resetReadTxn();
    return (stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages) * stats.pageSize;
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#root.close();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0);
      try {
        const fitting = await this.#fitting(group);
        await this.#write(fitting.flatMap(({ batches }) => batches));
        for (const { resolve } of fitting) resolve();
      } catch (error) {
        const why = await explained(error, this.#path, full.log);
        for (const { reject } of group) reject(why);
      }
    }
    this.#running = null;
  }

  /**
   * One transaction. It counts only if the ends are still those it was prepared with: another process may have appended since, and a
   * position is given once.
   */
  async #write(batches: readonly Appended[]): Promise<void> {
    for (let kept = batches.length === 0; !kept; ) {
      const { ends, version } = this.#ends();
      kept = await this.#state.ifVersion(ENDS, version, () => {
        for (const { lane, bytes } of batches) {
          const position = (ends[lane] ?? 0) + 1;
          ends[lane] = position;
          void this.#batches.put([lane, position], bytes);
        }
        void this.#state.put(ENDS, Buffer.from(ends.buffer), version + 1);
      });
    }
  }

  #ends(): { ends: Float64Array; version: number } {
    const entry = this.#state.getEntry(ENDS);
    this.#state.resetReadTxn();
    if (entry === undefined) throw new Error(`the event log in ${this.#path} has lost its state`);
    const ends = new Float64Array(LANES);
    for (let lane = 0; lane < LANES; lane += 1) ends[lane] = entry.value.readDoubleLE(lane * 8);
    return { ends, version: entry.version ?? 0 };
  }

  /** Those there is room for; the others are told. */
  async #fitting(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    let room = Math.min(this.#maxBytes - (await this.size()), bytesLeft(this.#path) - this.#reserveBytes);
    return group.filter(({ batches, reject }) => {
      const size = pages(batches);
      if (size > room) {
        reject(this.#full());
        return false;
      }
      room -= size;
      return true;
    });
  }

  #full(): BridgewatchError {
    return new BridgewatchError(
      'LOG_FULL',
      `the event log in ${this.#path} may hold ${this.#maxBytes} bytes and must leave ${this.#reserveBytes} of the disk free; it takes more when workers have caught up`,
      503,
    );
  }
}

/** What batches take on disk: small ones share a page, which is half full when it was split; others have pages of their own. */
function pages(batches: readonly Appended[]): number {
  let size = 0;
  for (const { bytes } of batches) {
    const entry = bytes.length + 64;
    size += entry < PAGE / 2 ? entry * 2 : Math.ceil(entry / PAGE) * PAGE;
  }
  return size;
}
