import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPositions } from '../../src/adapters/lmdb/positions.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { type FileWatch, type WatchOptions, watchFolder } from '../../src/ingest/doors/file/watch/index.ts';
import { Intake } from '../../src/ingest/index.ts';
import type { Reject } from '../../src/ingest/reject.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { PositionStore } from '../../src/ports/positions.ts';
import { type Kept, keptIn } from './ingest-door.ts';
import { MemoryLog } from './memory-log.ts';

export const feed = { tenant: 'main', id: 'files' } as const;

/** The system's time, and as far ahead of it as a test says: what waits for files to come to rest need not be waited for. */
export class SkewedClock implements Clock {
  ahead = 0;

  now(): number {
    return systemClock.now() + this.ahead;
  }
}

/** A watched folder before an intake and a log in memory, with positions on disk. */
export class Watched {
  readonly base = mkdtempSync(join(tmpdir(), 'bw-watch-'));
  readonly folder = join(this.base, 'logs');
  readonly clock = new SkewedClock();
  readonly log = new MemoryLog();
  readonly rejects: Reject[] = [];
  readonly warnings: string[] = [];
  intake: Intake;
  positions: PositionStore;
  #watch: FileWatch | undefined;
  readonly #options: Partial<WatchOptions>;

  constructor(options: Partial<WatchOptions> & { readonly pendingBytes?: number } = {}) {
    const { pendingBytes, ...watching } = options;
    this.#options = watching;
    mkdirSync(this.folder);
    const bound = pendingBytes === undefined ? {} : { pendingBytes };
    this.intake = new Intake({ log: this.log, clock: this.clock, incarnation: 'test', ...bound });
    this.positions = openPositions({ path: join(this.base, 'positions') });
  }

  at(path: string): string {
    return join(this.folder, path);
  }

  /** Turns until nothing more is due; time passes first, so that everything is. */
  async turn(passing = 700_000): Promise<void> {
    this.clock.ahead += passing;
    this.#watch ??= await this.open();
    while (await this.#watch.turn());
  }

  async open(): Promise<FileWatch> {
    return await watchFolder({
      source: feed,
      folder: this.folder,
      intake: this.intake,
      positions: this.positions,
      clock: this.clock,
      onReject: (reject) => this.rejects.push(reject),
      warn: (message) => this.warnings.push(message),
      ...this.#options,
    });
  }

  /** As after a crash: nothing is known but what was saved. */
  async restart(): Promise<void> {
    await this.#watch?.close();
    this.#watch = undefined;
    await this.positions.close();
    this.positions = openPositions({ path: join(this.base, 'positions') });
  }

  /** Everything delivered, also what was delivered twice. */
  delivered(): readonly Kept[] {
    return this.log.appended.flatMap(({ lane, bytes }) => keptIn(bytes, lane));
  }

  /** Records that count, each id once: what the log's readers make of it. */
  counted(): readonly string[] {
    const byId = new Map<string, string>();
    for (const { id, text } of this.delivered()) byId.set(id, text);
    return [...byId.values()];
  }

  async close(): Promise<void> {
    await this.#watch?.close();
    await this.positions.close();
    rmSync(this.base, { recursive: true, force: true });
  }
}
