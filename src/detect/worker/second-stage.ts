import type { Detection } from '../../contracts/detection.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Claim, DetectedEvent, StoredObservation, WorkStore } from '../../ports/work-store.ts';
import { progressOfAll } from './lane-worker.ts';
import { PagedState } from './paged-state.ts';

/** A detector that looks across hosts and events. Fed in the order of receipt, over all workers. */
export interface Observer {
  /** Kind of the observations it takes. */
  readonly kind: string;
  take(observation: StoredObservation): void;
  /** Everything received until `receivedAt` (epoch ms) has been given: what is certain now. */
  advance(receivedAt: number): readonly FoundAcross[];
  /** Its whole state as a JSON value; `restore` takes it back. Not asked of one that has pages. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
  /** Of one with much state: all of it in pages by name. It is kept less often, and only what has changed is written. */
  pages?(): Iterable<readonly [name: string, page: Uint8Array]>;
  restorePages?(pages: ReadonlyMap<string, Uint8Array>): void;
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
  /** The same for what is kept in pages. */
  readonly pagesEvery?: number;
}

interface Saved {
  readonly cursor: number;
  readonly pending: readonly StoredObservation[];
  readonly observers: Readonly<Record<string, unknown>>;
}

const SNAPSHOT = 'second-stage';
const SNAPSHOT_EVERY = 10_000;
/** After a crash so much is worked out again from the observations, which stay until then. */
const PAGES_EVERY = 300_000;
const READ = 5000;

/**
 * The second stage: what workers noted, re-keyed. It keeps its state with its place in the observations; after a crash it goes on from the
 * last snapshot, and what it finds again has the ids it had.
 */
export class SecondStage {
  readonly #parts: SecondStageParts;
  readonly #byKind: ReadonlyMap<string, Observer>;
  readonly #whole: readonly Observer[];
  readonly #paged: readonly Observer[];
  readonly #pages = new PagedState();
  #cursor = 0;
  /** Observations up to here are in the state that is kept: of those kept whole, and of those in pages. */
  #kept = 0;
  #keptPages = 0;
  #pending: StoredObservation[] = [];
  #savedAt = 0;
  #pagesSavedAt: number;

  constructor(parts: SecondStageParts) {
    this.#parts = parts;
    this.#byKind = new Map(parts.observers.map((observer) => [observer.kind, observer]));
    this.#whole = parts.observers.filter(({ pages }) => pages === undefined);
    this.#paged = parts.observers.filter(({ pages }) => pages !== undefined);
    this.#pagesSavedAt = parts.clock.now();
    const saved = savedIn(parts.work);
    if (saved === undefined) return;
    const paged = this.#paged.length === 0 ? undefined : this.#pages.load(parts.work, this.#paged);
    this.#kept = saved.cursor;
    this.#keptPages = this.#paged.length === 0 ? saved.cursor : (paged?.cursor ?? 0);
    this.#cursor = Math.min(this.#kept, this.#keptPages);
    this.#pending = [...saved.pending, ...(paged?.pending ?? [])];
    for (const [kind, snapshot] of Object.entries(saved.observers)) this.#byKind.get(kind)?.restore(snapshot);
  }

  /** Takes in what has come and commits what is found. */
  step(): void {
    const { work, claim, workers, clock, observers } = this.#parts;
    const { snapshotEvery = SNAPSHOT_EVERY, pagesEvery = PAGES_EVERY } = this.#parts;
    // Read before the observations: those committed up to this progress are then all there.
    const upTo = progressOfAll(work, workers);
    this.#forget();
    this.#read();
    const due = this.#pending.filter((observation) => receivedAt(observation) <= upTo);
    if (due.length > 0) this.#pending = this.#pending.filter((observation) => receivedAt(observation) > upTo);
    for (const observation of due.sort(inOrderOfReceipt)) this.#byKind.get(observation.kind)?.take(observation);
    const detections = observers.flatMap((observer) => observer.advance(upTo));
    if (detections.length > 0) work.commit({ claim, detections });
    const now = clock.now();
    const isDue = Math.abs(now - this.#pagesSavedAt) >= pagesEvery && this.#paged.length > 0;
    if (!isDue && Math.abs(now - this.#savedAt) < snapshotEvery) return;
    this.#save(isDue);
    this.#savedAt = now;
    if (isDue) this.#pagesSavedAt = now;
  }

  /** Keeps the state; what it was made from may go. */
  save(): void {
    this.#save(true);
  }

  #save(withPages: boolean): void {
    const { work, claim } = this.#parts;
    const pendingOf = (observers: readonly Observer[]) =>
      this.#pending.filter(({ kind }) => observers.some((observer) => observer.kind === kind));
    const saved: Saved = {
      cursor: this.#cursor,
      pending: pendingOf(this.#whole),
      observers: Object.fromEntries(this.#whole.map((observer) => [observer.kind, observer.snapshot()])),
    };
    const pages =
      withPages && this.#paged.length > 0
        ? this.#pages.changes(this.#paged, this.#cursor, pendingOf(this.#paged))
        : new Map<string, Uint8Array>();
    work.commit({ claim, snapshots: new Map([...pages, [SNAPSHOT, Buffer.from(JSON.stringify(saved))]]) });
    this.#kept = this.#cursor;
    if (withPages || this.#paged.length === 0) this.#keptPages = this.#cursor;
    this.#forget();
  }

  /** One call takes some thousands: more may come between two snapshots. */
  #forget(): void {
    const { work } = this.#parts;
    const [oldest] = work.observations(0, 1);
    const kept = Math.min(this.#kept, this.#keptPages);
    if (oldest !== undefined && oldest.sequence <= kept) work.trimObservations(kept);
  }

  #read(): void {
    for (;;) {
      const read = this.#parts.work.observations(this.#cursor, READ);
      for (const observation of read) if (!this.#isIn(observation)) this.#pending.push(observation);
      this.#cursor = read.at(-1)?.sequence ?? this.#cursor;
      if (read.length < READ) return;
    }
  }

  /** What is kept whole is kept more often: after a crash some of what is read again is in it already. */
  #isIn({ kind, sequence }: StoredObservation): boolean {
    const isPaged = this.#byKind.get(kind)?.pages !== undefined;
    return sequence <= (isPaged ? this.#keptPages : this.#kept);
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
