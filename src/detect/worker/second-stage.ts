import type { Detection } from '../../contracts/detection.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Claim, DetectedEvent, StoredObservation, WorkStore } from '../../ports/work-store.ts';
import { progressOfAll } from './lane-worker.ts';

/** A detector that looks across hosts and events. Fed in the order of receipt, over all workers. */
export interface Observer {
  /** Kind of the observations it takes. */
  readonly kind: string;
  take(observation: StoredObservation): void;
  /** Everything received until `receivedAt` (epoch ms) has been given: what is certain now. */
  advance(receivedAt: number): readonly FoundAcross[];
  /** Its whole state as a JSON value; `restore` takes it back. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

export interface FoundAcross {
  readonly detection: Detection;
  readonly events: readonly DetectedEvent[];
}

export interface SecondStageParts {
  readonly work: WorkStore;
  /** Of the worker it runs in. */
  readonly claim: Claim;
  readonly clock: Clock;
  readonly observers: readonly Observer[];
  /** Names of all first-stage workers: nothing is judged before each of them has come so far. */
  readonly workers: readonly string[];
  /** Milliseconds between snapshots. */
  readonly snapshotEvery?: number;
}

interface Saved {
  readonly cursor: number;
  readonly pending: readonly StoredObservation[];
  readonly observers: Readonly<Record<string, unknown>>;
}

const SNAPSHOT = 'second-stage';
const SNAPSHOT_EVERY = 10_000;
const READ = 5000;

/**
 * The second stage: what workers noted, re-keyed. It keeps its state with its place in the observations; after a crash it goes on from the
 * last snapshot, and what it finds again has the ids it had.
 */
export class SecondStage {
  readonly #parts: SecondStageParts;
  readonly #byKind: ReadonlyMap<string, Observer>;
  #cursor = 0;
  #pending: StoredObservation[] = [];
  #savedAt = 0;

  constructor(parts: SecondStageParts) {
    this.#parts = parts;
    this.#byKind = new Map(parts.observers.map((observer) => [observer.kind, observer]));
    const saved = savedIn(parts.work);
    if (saved === undefined) return;
    this.#cursor = saved.cursor;
    this.#pending = [...saved.pending];
    for (const [kind, snapshot] of Object.entries(saved.observers)) this.#byKind.get(kind)?.restore(snapshot);
  }

  /** Takes in what has come and commits what is found. */
  step(): void {
    const { work, claim, workers, clock, observers, snapshotEvery = SNAPSHOT_EVERY } = this.#parts;
    // Read before the observations: those committed up to this progress are then all there.
    const upTo = progressOfAll(work, workers);
    this.#read();
    const due = this.#pending.filter((observation) => receivedAt(observation) <= upTo);
    if (due.length > 0) this.#pending = this.#pending.filter((observation) => receivedAt(observation) > upTo);
    for (const observation of due.sort(inOrderOfReceipt)) this.#byKind.get(observation.kind)?.take(observation);
    const detections = observers.flatMap((observer) => observer.advance(upTo));
    if (detections.length > 0) work.commit({ claim, detections });
    const now = clock.now();
    if (now - this.#savedAt < snapshotEvery) return;
    this.save();
    this.#savedAt = now;
  }

  /** Keeps the state; what it was made from may go. */
  save(): void {
    const { work, claim, observers } = this.#parts;
    const saved: Saved = {
      cursor: this.#cursor,
      pending: this.#pending,
      observers: Object.fromEntries(observers.map((observer) => [observer.kind, observer.snapshot()])),
    };
    work.commit({ claim, snapshots: new Map([[SNAPSHOT, Buffer.from(JSON.stringify(saved))]]) });
    work.trimObservations(this.#cursor);
  }

  #read(): void {
    for (;;) {
      const read = this.#parts.work.observations(this.#cursor, READ);
      this.#pending.push(...read);
      this.#cursor = read.at(-1)?.sequence ?? this.#cursor;
      if (read.length < READ) return;
    }
  }
}

function savedIn(work: Pick<WorkStore, 'snapshot'>): Saved | undefined {
  const bytes = work.snapshot(SNAPSHOT);
  return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as Saved);
}

/** The state an observer of this kind had when it was last kept. */
export function savedState(work: Pick<WorkStore, 'snapshot'>, kind: string): unknown {
  return savedIn(work)?.observers[kind];
}

function receivedAt({ body }: StoredObservation): number {
  const at = (body as { receivedAt?: unknown } | null)?.receivedAt;
  return typeof at === 'number' ? at : 0;
}

function inOrderOfReceipt(a: StoredObservation, b: StoredObservation): number {
  return receivedAt(a) - receivedAt(b) || (a.id < b.id ? -1 : 1);
}
