import type { Habits } from '../../adapters/memory-lake/habits.ts';
import type { MemoryLake } from '../../adapters/memory-lake/lake.ts';
import type { SourceEvent } from '../../contracts/event.ts';
import { eventOf } from '../../ingest/index.ts';
import { pause } from '../../kernel/pause.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LakeQueries } from '../../ports/lake.ts';
import type { StoredDetection, WorkStore } from '../../ports/work-store.ts';
import type { Pipeline } from '../../topology.ts';
import { type DetectorHistory, Repeats } from '../../triage/index.ts';
import type { Telemetry } from '../telemetry.ts';
import { reasonOf } from './reason.ts';
import type { SettingAside } from './set-aside.ts';
import { saveSettled, settledDetections } from './settled.ts';
import { surroundingsOf, windowsOf } from './surroundings.ts';

export interface LiveParts {
  readonly tenant: string;
  readonly work: WorkStore;
  readonly queries: LakeQueries;
  readonly lake: MemoryLake;
  readonly habits: Habits;
  /** The past of detections; made again from the work store after a restart. */
  readonly history: DetectorHistory;
  readonly pipeline: Pipeline;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  /** Brings `habits` up to what the lake holds now. */
  readonly refreshHabits: (habits: Habits) => Promise<void>;
  /** Records taken and refused since the process began. */
  readonly received: () => { readonly events: number; readonly malformed: number };
  /** What filters that people accepted keep from triage; absent, everything is weighed. */
  readonly aside?: Pick<SettingAside, 'sift' | 'givenBack'>;
  /** Milliseconds after its detection until the events around it are in the lake. */
  readonly lakeDelay?: number;
}

const READ = 200;
const TICK = 500;
const LAKE_DELAY = 7000;
/** Files are counted while they are as a worker wrote them: merged ones cannot be told from those counted already. */
const COUNT_EVERY = 3000;
/** Detections weighed together, and bytes of the records they rest on. What is older makes room. */
const HELD = 20_000;
const HELD_BYTES = 128 * 1024 * 1024;
/** Events around them in memory. */
const EVENTS = 150_000;

/**
 * From detections to findings while telemetry comes in: waits until what happened around a detection is in the lake, brings that near, and
 * settles. What it holds is bounded; all of it is made again from the work store and the lake after a restart.
 */
export class Live {
  readonly #parts: LiveParts;
  readonly #repeats = new Repeats();
  /** In the order stored: new ones wait until the lake has caught up. */
  #waiting: { readonly stored: StoredDetection; readonly since: number }[] = [];
  readonly #held = new Map<string, StoredDetection>();
  #heldBytes = 0;
  #waitingBytes = 0;
  #cursor = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #detected = 0;
  #counted = { events: 0, malformed: 0, detections: 0 };

  /** What was detected before this process began is weighed again, and was counted before. */
  readonly #before: number;
  /** Detections up to here were weighed by a process before this one. */
  readonly #weighedTo: number;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    this.#before = parts.work.lastDetection();
    this.#weighedTo = settledDetections(parts.work);
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const began = performance.now();
      try {
        await this.#turn();
      } catch (error) {
        // A database or a lake that does not answer: the detections are kept, and their turn comes.
        this.#parts.warn(`findings of ${this.#parts.tenant} are late: ${reasonOf(error)}`);
      }
      // A settling that takes long leaves time for everything else.
      await pause(Math.max(TICK, 4 * (performance.now() - began)), signal);
    }
  }

  async #turn(): Promise<void> {
    const { clock, lakeDelay = LAKE_DELAY, habits, refreshHabits } = this.#parts;
    this.#read();
    await this.#takeBack();
    const now = clock.now();
    // Apart in either direction: a clock that is set back must not hold findings up until it is as late again.
    if (Math.abs(now - this.#countedAt) >= COUNT_EVERY) {
      await this.#orWithout('what is usual was not counted', () => refreshHabits(habits));
      this.#countedAt = now;
    }
    const due = this.#waiting.filter(({ since }) => Math.abs(now - since) >= lakeDelay).map(({ stored }) => stored);
    await this.#count();
    if (due.length === 0) return;
    const weighed = await this.#sift(due);
    if (weighed.length > 0) {
      await this.#bringNear(weighed);
      await this.#parts.telemetry.take(weighed.map(({ detection }) => detection));
    }
    const done = new Set(due);
    this.#waiting = this.#waiting.filter(({ stored }) => !done.has(stored));
    for (const stored of due) this.#waitingBytes -= bytesOf(stored);
    saveSettled(this.#parts.work, (this.#waiting[0]?.stored.sequence ?? this.#cursor + 1) - 1);
  }

  /** What a lifted filter had set aside waits like what is new, and is not waited for. */
  async #takeBack(): Promise<void> {
    for (const stored of (await this.#parts.aside?.givenBack()) ?? []) {
      this.#waiting.unshift({ stored, since: Number.NEGATIVE_INFINITY });
      this.#waitingBytes += bytesOf(stored);
    }
  }

  async #sift(due: readonly StoredDetection[]): Promise<readonly StoredDetection[]> {
    const { aside } = this.#parts;
    return aside === undefined || due.length === 0
      ? due
      : await aside.sift(due, ({ sequence }) => sequence > this.#weighedTo);
  }

  /** A lake that does not answer, or not in time, makes findings poorer: it must not keep them from being seen. */
  async #orWithout(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#parts.warn(`findings of ${this.#parts.tenant}: ${what}: ${reasonOf(error)}`);
    }
  }

  /** Brings the stored counts up to what has come. */
  async #count(): Promise<void> {
    const { received, telemetry } = this.#parts;
    const now = { ...received(), detections: this.#detected };
    const { events, malformed, detections } = this.#counted;
    const grown = {
      events: now.events - events,
      malformed: now.malformed - malformed,
      detections: now.detections - detections,
    };
    if (grown.events + grown.malformed + grown.detections === 0) return;
    await telemetry.count(grown);
    this.#counted = now;
  }

  #read(): void {
    const { work, tenant, clock, history } = this.#parts;
    for (;;) {
      const read = work.detections(this.#cursor, READ);
      for (const stored of read) {
        if (stored.detection.tenant !== tenant) continue;
        if (stored.sequence > this.#before) this.#detected += 1;
        history.learn(stored.detection);
        if (this.#repeats.isRepeat(stored.detection)) continue;
        this.#waiting.push({ stored, since: clock.now() });
        this.#waitingBytes += bytesOf(stored);
      }
      this.#cursor = read.at(-1)?.sequence ?? this.#cursor;
      if (read.length < READ || this.#waiting.length > HELD || this.#waitingBytes > HELD_BYTES) return;
    }
  }

  async #bringNear(due: readonly StoredDetection[]): Promise<void> {
    const { lake, queries, tenant, refreshHabits, habits } = this.#parts;
    for (const stored of due) {
      if (!this.#held.has(stored.detection.id)) this.#heldBytes += bytesOf(stored);
      this.#held.set(stored.detection.id, stored);
    }
    this.#makeRoom();
    lake.add(due.flatMap(eventsOf));
    await this.#orWithout('what is usual was not counted', () => refreshHabits(habits));
    for (const detections of windowsOf(due.map(({ detection }) => detection)))
      await this.#orWithout('what happened around some of them is missing', async () => {
        lake.add(await surroundingsOf(queries, tenant, detections));
      });
  }

  #makeRoom(): void {
    const { lake, pipeline } = this.#parts;
    const gone: string[] = [];
    for (const [id, stored] of this.#held) {
      if (this.#held.size <= HELD && this.#heldBytes <= HELD_BYTES) break;
      this.#held.delete(id);
      this.#heldBytes -= bytesOf(stored);
      gone.push(id);
    }
    pipeline.forget(gone);
    if (lake.size <= EVENTS) return;
    lake.clear();
    for (const stored of this.#held.values()) lake.add(eventsOf(stored));
  }
}

export function eventsOf({ events }: StoredDetection): SourceEvent[] {
  return events.map(eventOf).filter((event) => event !== undefined);
}

function bytesOf({ events }: StoredDetection): number {
  let bytes = 0;
  for (const { raw } of events) bytes += raw.length;
  return bytes;
}
