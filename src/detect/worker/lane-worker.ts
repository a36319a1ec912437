import type { SourceEvent } from '../../contracts/event.ts';
import { decodeBatch, type LogBatch } from '../../contracts/log-batch.ts';
import type { RecentIds } from '../../kernel/recent-ids.ts';
import type { Attempt, AttemptMarker } from '../../ports/attempt-marker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLog, Logged } from '../../ports/event-log.ts';
import type { LakeBuffer } from '../../ports/lake.ts';
import type { Claim, Observation, WorkStore } from '../../ports/work-store.ts';
import type { Matched } from '../matching.ts';
import { addToLake, Outcome, rawOf } from './outcome.ts';

/** An event, or a batch, that could not be worked on: it is kept aside, and the lane goes on. */
export interface Poison {
  readonly code: 'WORKER_EVENT_POISON' | 'WORKER_BATCH_DAMAGED' | 'WORKER_RECORD_DAMAGED';
  readonly tenant: string;
  readonly source: string;
  readonly lane: number;
  readonly position: number;
  readonly ordinal: number;
  readonly message: string;
  /** The record as received; of a batch, its bytes as the log held them. */
  readonly raw: string | Uint8Array;
}

export interface LaneWorkerParts {
  readonly lanes: readonly number[];
  readonly log: EventLog;
  readonly work: WorkStore;
  readonly buffer: LakeBuffer;
  readonly clock: Clock;
  readonly marker: AttemptMarker;
  /** Ids of what is in the lake already and may be sent again. */
  readonly recent: RecentIds;
  readonly unpack: (batch: LogBatch, onDamaged: (ordinal: number, text: string) => void) => SourceEvent[];
  /** Single-event rules of a tenant. */
  readonly match: (tenant: string, event: SourceEvent) => Matched | undefined;
  /** The observation for the second stage, where a correlation counts this event. */
  readonly correlated: (
    tenant: string,
    matched: Matched,
    receivedAt: number,
    replay: boolean,
  ) => Observation | undefined;
  /** Sees every event once; what it has to say goes with the next commit. */
  readonly watch?: {
    see(tenant: string, event: SourceEvent, receivedAt: number): void;
    take(): readonly Observation[];
  };
  readonly onPoison: (poison: Poison) => void;
  /** Tests kill here. */
  readonly crashPoint?: (name: WorkerCrashPoint) => void;
  /** The worker's name, which nobody else may use while it does; its progress is kept under it. */
  readonly claim: Claim;
  readonly flush?: Partial<FlushBounds>;
}

export const workerCrashPoints = [
  'before detections',
  'after detections before lake',
  'after lake files before offset',
  'after offset',
] as const;
export type WorkerCrashPoint = (typeof workerCrashPoints)[number];

export interface FlushBounds {
  /** Bytes of raw records that make a lake file. */
  readonly bytes: number;
  /** Milliseconds a row waits at most. */
  readonly milliseconds: number;
}

/** Bytes read from one lane before the next has its turn. */
const READ_BYTES = 256 * 1024;
/** Milliseconds between commits while there is no news: an offset alone is cheap to work out again. */
const COMMIT_EVERY = 200;
const FLUSH: FlushBounds = { bytes: 16 * 1024 * 1024, milliseconds: 5000 };
/** Times an event is begun alone before it is put aside. */
const TRIES = 2;
/** Times a batch is begun before it is put aside unread: its events one by one have their turn first. */
const BATCH_TRIES = 3;
/** Milliseconds that a receipt may be older than its append: a slow disk holds appends up. */
const APPEND_SLACK = 5000;

/**
 * The first stage: owns lanes of the log. Each event once (by id) goes past the rules and into the lake. Detections are committed
 * with the position they are complete to; lake files, which are larger, with theirs. After a crash it resumes at the lake's position:
 * what had been detected by then is not detected again, and what is in no file yet is written.
 */
export class LaneWorker {
  readonly #parts: LaneWorkerParts;
  readonly #flush: FlushBounds;
  readonly #outcome = new Outcome();
  readonly #at = new Map<number, number>();
  readonly #detected = new Map<number, number>();
  #careful: Attempt | undefined;
  /** Something was worked off since a write to the lake was last begun, be it repetitions alone: the log keeps all of it until then. */
  #isAhead = false;
  /** An event that ended the worker is behind: the lake's position goes past it at once, so that nobody begins it again. */
  #hasPassed = false;
  #committedAt = 0;
  #flushedAt = 0;
  /** Receipt time up to which all lanes are worked off. */
  #progress = 0;
  #flushing: Promise<void> | undefined;
  /** What ended a write to the lake: the worker ends by it, and begins again where the lake is complete. */
  #failed: { readonly error: unknown } | undefined;

  constructor(parts: LaneWorkerParts) {
    this.#parts = parts;
    this.#flush = { ...FLUSH, ...parts.flush };
    const offsets = parts.work.offsets();
    for (const lane of parts.lanes) {
      this.#at.set(lane, offsets.get(lane)?.lake ?? 0);
      this.#detected.set(lane, offsets.get(lane)?.detect ?? 0);
    }
    this.#careful = parts.marker.unfinished();
    this.#flushedAt = parts.clock.now();
  }

  /** Works until the signal aborts; what is begun is finished and flushed. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, clock } = this.#parts;
    while (!signal.aborted) {
      const before = clock.now();
      const found = await this.#round(signal);
      if (!found) this.#progress = before - APPEND_SLACK;
      await this.#settle(!found);
      if (found) continue;
      const wait = AbortSignal.any([signal, AbortSignal.timeout(this.#idleFor())]);
      await log.more(this.#at, wait);
    }
    await this.#written();
    this.#writeLake();
    await this.#written();
  }

  /** Waits for the write under way. Throws what ended one: the position must not pass what it did not list. */
  async #written(): Promise<void> {
    await this.#flushing;
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  /** One turn over the lanes; false where none had anything. */
  async #round(signal: AbortSignal): Promise<boolean> {
    const { log, lanes } = this.#parts;
    let found = false;
    let oldest = Number.POSITIVE_INFINITY;
    for (const lane of lanes) {
      if (signal.aborted) break;
      const batches = await log.read(lane, this.#at.get(lane) ?? 0, READ_BYTES);
      for (const logged of batches) {
        found = true;
        const receivedAt = this.#batch(lane, logged);
        if (receivedAt !== undefined && receivedAt < oldest) oldest = receivedAt;
      }
      await this.#settle(false);
    }
    // What other lanes still hold may be as old as the oldest batch of this turn, not older.
    if (oldest !== Number.POSITIVE_INFINITY && oldest - 1 > this.#progress) this.#progress = oldest - 1;
    return found;
  }

  #batch(lane: number, { position, bytes }: Logged): number | undefined {
    const { marker, unpack } = this.#parts;
    const unfinished = this.#careful;
    const careful = unfinished?.lane === lane && unfinished.position === position ? unfinished : undefined;
    const tries = careful?.ordinal === -1 ? careful.tries : 0;
    const isNew = position > (this.#detected.get(lane) ?? 0);
    marker.begin({ lane, position, ordinal: -1, tries: tries + 1 });
    let receivedAt: number | undefined;
    try {
      if (tries >= BATCH_TRIES) throw new Error(`it ended the worker ${tries} times`);
      const batch = decodeBatch(bytes);
      receivedAt = batch.receivedAt;
      const events = unpack(batch, (ordinal, text) => {
        // Done again after a crash, it was counted and put aside before.
        if (isNew)
          this.#poison('WORKER_RECORD_DAMAGED', lane, position, ordinal, batch, 'the record is not JSON', text);
      });
      this.#events(lane, position, batch, events, careful);
    } catch (error) {
      if (isNew) this.#poison('WORKER_BATCH_DAMAGED', lane, position, -1, undefined, String(error), bytes);
    }
    marker.end();
    if (careful !== undefined) this.#careful = undefined;
    this.#at.set(lane, position);
    this.#isAhead = true;
    if (isNew) {
      this.#detected.set(lane, position);
      this.#outcome.done(lane, position);
    }
    return receivedAt;
  }

  #events(lane: number, position: number, batch: LogBatch, events: SourceEvent[], careful: Attempt | undefined): void {
    const isNew = position > (this.#detected.get(lane) ?? 0);
    for (const event of events) {
      const ordinal = event.line - 1;
      if (careful !== undefined) {
        const tries = careful.ordinal === ordinal ? careful.tries : 0;
        if (tries >= TRIES) {
          this.#poison('WORKER_EVENT_POISON', lane, position, ordinal, batch, 'it ended the worker', rawOf(event));
          this.#hasPassed = true;
          continue;
        }
        this.#parts.marker.begin({ lane, position, ordinal, tries: tries + 1 });
      }
      if (!this.#parts.recent.add(event.id)) {
        if (isNew) this.#outcome.count(batch.tenant, batch.source, 'duplicates');
        continue;
      }
      this.#event(lane, position, batch, event, isNew);
    }
  }

  #event(lane: number, position: number, batch: LogBatch, event: SourceEvent, isNew: boolean): void {
    for (let tries = 1; ; tries += 1) {
      try {
        if (isNew) this.#detect(batch, event);
        addToLake(this.#parts.buffer, batch.tenant, event, batch.receivedAt);
        return;
      } catch (error) {
        if (tries < TRIES) continue;
        if (!isNew) return;
        const raw = rawOf(event);
        this.#poison('WORKER_EVENT_POISON', lane, position, event.line - 1, batch, String(error), raw);
        return;
      }
    }
  }

  #detect(batch: LogBatch, event: SourceEvent): void {
    const { match, correlated, watch } = this.#parts;
    const { tenant, receivedAt, door } = batch;
    const matched = match(tenant, event);
    watch?.see(tenant, event, receivedAt);
    if (matched === undefined) return;
    this.#outcome.matched(matched);
    const observation = correlated(tenant, matched, receivedAt, door === 'file');
    if (observation !== undefined) this.#outcome.observe(observation);
  }

  #poison(
    code: Poison['code'],
    lane: number,
    position: number,
    ordinal: number,
    batch: LogBatch | undefined,
    message: string,
    raw: Poison['raw'],
  ): void {
    const { tenant, source } = batch ?? { tenant: '', source: '' };
    this.#outcome.count(tenant, source, code);
    this.#parts.onPoison({ code, tenant, source, lane, position, ordinal, message, raw });
  }

  /** Commits what is due. @param idle nothing is waiting: what there is may as well go out now */
  async #settle(idle: boolean): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed.error;
    const now = this.#parts.clock.now();
    if (this.#hasPassed || this.#isLakeDue(now)) {
      await this.#written();
      this.#writeLake();
    } else if ((idle && this.#outcome.hasNews) || now - this.#committedAt >= COMMIT_EVERY) this.#commit();
  }

  /** A file is written while the next gathers, so twice of what makes one may be held. */
  #isLakeDue(now: number): boolean {
    const { rawBytes } = this.#parts.buffer;
    if (this.#flushing !== undefined) return rawBytes >= 2 * this.#flush.bytes;
    return this.#isAhead && (rawBytes >= this.#flush.bytes || now - this.#flushedAt >= this.#flush.milliseconds);
  }

  #commit(): void {
    const { work, watch, crashPoint, clock, claim } = this.#parts;
    for (const observation of watch?.take() ?? []) this.#outcome.observe(observation);
    this.#committedAt = clock.now();
    crashPoint?.('before detections');
    work.commit({ ...this.#outcome.take(), claim, snapshots: new Map([progressOf(claim.name, this.#progress)]) });
  }

  /** Begins to write what is held; `#flushing` ends when it is listed with the position it is complete to. */
  #writeLake(): void {
    const { crashPoint, clock } = this.#parts;
    this.#commit();
    crashPoint?.('after detections before lake');
    this.#flushedAt = clock.now();
    this.#isAhead = false;
    this.#hasPassed = false;
    const lake = new Map(this.#at);
    this.#flushing = this.#list(lake).then(
      () => {
        this.#flushing = undefined;
      },
      (error: unknown) => {
        this.#flushing = undefined;
        this.#failed = { error };
      },
    );
  }

  async #list(lake: ReadonlyMap<number, number>): Promise<void> {
    const { buffer, work, crashPoint, claim, log } = this.#parts;
    const files = await buffer.flush();
    crashPoint?.('after lake files before offset');
    work.commit({ claim, lake, files });
    crashPoint?.('after offset');
    for (const [lane, position] of lake) if (position > 0) await log.trim(lane, position);
  }

  #idleFor(): number {
    const { clock } = this.#parts;
    if (!this.#isAhead) return COMMIT_EVERY;
    return Math.max(10, Math.min(COMMIT_EVERY, this.#flushedAt + this.#flush.milliseconds - clock.now()));
  }
}

const PROGRESS = 'progress|';

/** Receipt time up to which a worker has worked everything off, as its snapshot keeps it. */
function progressOf(name: string, at: number): [string, Uint8Array] {
  return [PROGRESS + name, Buffer.from(String(at))];
}

/** The receipt time up to which all the workers named have worked everything off; 0 where one has never said. */
export function progressOfAll(work: Pick<WorkStore, 'snapshot'>, names: readonly string[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const snapshot = work.snapshot(PROGRESS + name);
    least = Math.min(least, snapshot === undefined ? 0 : Number(Buffer.from(snapshot).toString()));
  }
  return least === Number.POSITIVE_INFINITY ? 0 : least;
}
