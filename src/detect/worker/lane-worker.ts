import type { Activity, SourceEvent } from '../../contracts/event.ts';
import { decodeBatch, type LogBatch } from '../../contracts/log-batch.ts';
import type { RecentIds } from '../../kernel/recent-ids.ts';
import type { Attempt, AttemptMarker } from '../../ports/attempt-marker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLog, Logged } from '../../ports/event-log.ts';
import type { LakeBuffer } from '../../ports/lake.ts';
import type { Claim, Observation, WorkStore } from '../../ports/work-store.ts';
import type { Matched } from '../matching.ts';
import { addToLake, Outcome, rawOf } from './outcome.ts';
import { PutAside } from './put-aside.ts';

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

/** Sees every event once; what it has to say goes with the next commit. */
interface EventWatch {
  see(tenant: string, event: SourceEvent, receivedAt: number, activity: Activity): void;
  take(): readonly Observation[];
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
  readonly watches?: readonly EventWatch[];
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
const ENDED = 'it ended the worker';
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
  readonly #aside: PutAside;
  #careful: Attempt | undefined;
  #committedAt = 0;
  #flushedAt = 0;
  /** Positions have moved since the last write to the lake: those of mere duplicates bring no rows, and the log is trimmed to the place written down. */
  #moved = false;
  /** Receipt time up to which all lanes are worked off. */
  #progress = 0;
  /** Oldest receipt time seen in the turn before this one. */
  #oldestBefore = 0;
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
    this.#aside = new PutAside(parts.work, parts.claim);
    this.#careful = parts.marker.unfinished();
    this.#flushedAt = parts.clock.now();
  }

  /** Works until the signal aborts; what is begun is finished and flushed. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, clock } = this.#parts;
    while (!signal.aborted) {
      const before = clock.now();
      const found = await this.#round(signal);
      if (!found) {
        this.#progress = before - APPEND_SLACK;
        this.#oldestBefore = this.#progress + 1;
      }
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
    // What a lane still holds is not older than what this turn found in it. What was appended after the lane had its turn was gathered
    // after all that the turn before has seen: older than this turn's it may be, older than that one's not.
    if (found) {
      this.#progress = Math.max(this.#progress, Math.min(oldest, this.#oldestBefore) - 1);
      this.#oldestBefore = oldest;
    }
    return found;
  }

  #batch(lane: number, { position, bytes }: Logged): number | undefined {
    const { marker } = this.#parts;
    const unfinished = this.#careful;
    const careful = unfinished?.lane === lane && unfinished.position === position ? unfinished : undefined;
    const tries = careful?.ordinal === -1 ? careful.tries : 0;
    marker.begin({ lane, position, ordinal: -1, tries: tries + 1 });
    let receivedAt: number | undefined;
    try {
      const read = this.#read(lane, position, bytes, tries);
      if (read !== undefined) {
        receivedAt = read.batch.receivedAt;
        this.#events(lane, position, read.batch, read.events, careful);
      }
    } finally {
      // What is thrown here ends the worker and is known: a full disk, say. It is no death that the events are to blame for.
      marker.end();
    }
    if (careful !== undefined) this.#careful = undefined;
    this.#at.set(lane, position);
    this.#moved = true;
    if (position > (this.#detected.get(lane) ?? 0)) {
      this.#detected.set(lane, position);
      this.#outcome.done(lane, position);
    }
    return receivedAt;
  }

  /** The batch and its events; undefined where it is put aside. Throws only what keeping something aside throws. */
  #read(
    lane: number,
    position: number,
    bytes: Uint8Array,
    tries: number,
  ): { readonly batch: LogBatch; readonly events: SourceEvent[] } | undefined {
    const damaged: [ordinal: number, text: string][] = [];
    let batch: LogBatch;
    let events: SourceEvent[];
    try {
      if (tries >= BATCH_TRIES) throw new Error(`it ended the worker ${tries} times`);
      batch = decodeBatch(bytes);
      events = this.#parts.unpack(batch, (ordinal, text) => damaged.push([ordinal, text]));
    } catch (error) {
      this.#poison('WORKER_BATCH_DAMAGED', lane, position, -1, undefined, String(error), bytes);
      return undefined;
    }
    for (const [ordinal, text] of damaged)
      this.#poison('WORKER_RECORD_DAMAGED', lane, position, ordinal, batch, 'the record is not JSON', text);
    return { batch, events };
  }

  #events(lane: number, position: number, batch: LogBatch, events: SourceEvent[], careful: Attempt | undefined): void {
    const isNew = position > (this.#detected.get(lane) ?? 0);
    const aside = this.#aside.of(lane, position);
    for (const event of events) {
      const ordinal = event.line - 1;
      if (aside?.has(ordinal) === true) continue;
      if (careful !== undefined) {
        const tries = careful.ordinal === ordinal ? careful.tries : 0;
        if (tries >= TRIES) {
          this.#poison('WORKER_EVENT_POISON', lane, position, ordinal, batch, ENDED, rawOf(event));
          this.#aside.add(lane, position, ordinal);
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
        const activity = event.lens.activity(event.record);
        if (isNew) this.#detect(batch, event, activity);
        addToLake(this.#parts.buffer, batch.tenant, event, activity, batch.receivedAt);
        return;
      } catch (error) {
        if (tries < TRIES) continue;
        const raw = rawOf(event);
        this.#poison('WORKER_EVENT_POISON', lane, position, event.line - 1, batch, String(error), raw);
        return;
      }
    }
  }

  #detect(batch: LogBatch, event: SourceEvent, activity: Activity): void {
    const { match, correlated, watches = [] } = this.#parts;
    const { tenant, receivedAt, door } = batch;
    const matched = match(tenant, event);
    for (const watch of watches) watch.see(tenant, event, receivedAt, activity);
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
    const isNew = position > (this.#detected.get(lane) ?? 0);
    // Done again after a crash, it was counted and put aside before; but what ended the worker is found out only then.
    if (!isNew && !message.startsWith(ENDED)) return;
    if (isNew) this.#outcome.count(tenant, source, code);
    this.#parts.onPoison({ code, tenant, source, lane, position, ordinal, message, raw });
  }

  /** Commits what is due. @param idle nothing is waiting: what there is may as well go out now */
  async #settle(idle: boolean): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed.error;
    const now = this.#parts.clock.now();
    if (this.#isLakeDue(now)) {
      await this.#written();
      this.#writeLake();
    } else if ((idle && this.#outcome.hasNews) || apart(now, this.#committedAt) >= COMMIT_EVERY) this.#commit();
  }

  /** A file is written while the next gathers, so twice of what makes one may be held. */
  #isLakeDue(now: number): boolean {
    const { rows, rawBytes } = this.#parts.buffer;
    if (this.#flushing !== undefined) return rawBytes >= 2 * this.#flush.bytes;
    const isOverdue = apart(now, this.#flushedAt) >= this.#flush.milliseconds;
    return (rows > 0 || this.#moved) && (rawBytes >= this.#flush.bytes || isOverdue);
  }

  #commit(): void {
    const { work, watches = [], crashPoint, clock, claim } = this.#parts;
    for (const watch of watches) for (const observation of watch.take()) this.#outcome.observe(observation);
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
    this.#moved = false;
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
    const { buffer, work, crashPoint, claim } = this.#parts;
    const files = await buffer.flush();
    crashPoint?.('after lake files before offset');
    work.commit({ claim, lake, files });
    crashPoint?.('after offset');
  }

  #idleFor(): number {
    const { buffer, clock } = this.#parts;
    if (buffer.rows === 0 && !this.#moved) return COMMIT_EVERY;
    return Math.max(10, Math.min(COMMIT_EVERY, this.#flushedAt + this.#flush.milliseconds - clock.now()));
  }
}

/** Milliseconds between two readings of a clock that may be set back: work that is due must not wait until it is as late again. */
function apart(now: number, then: number): number {
  return Math.abs(now - then);
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
