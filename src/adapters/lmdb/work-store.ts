import type { Database, RootDatabase } from 'lmdb';
import type { Detection } from '../../contracts/detection.ts';
import type { LakeFile } from '../../contracts/lake.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type {
  Claim,
  DetectedEvent,
  LaneOffsets,
  Observation,
  StoredDetection,
  StoredObservation,
  WorkCommit,
  WorkStore,
} from '../../ports/work-store.ts';
import { diskError, full, openEnvironment } from './environment.ts';
import { FileList } from './file-list.ts';
import { Once } from './once.ts';

/**
 * The work store on LMDB, in a folder of its own. A commit is one transaction, fsynced when it returns; while one process commits
 * the others wait.
 */
export function openWorkStore({ path }: { readonly path: string }): WorkStore {
  return new LmdbWorkStore(path);
}

interface Detected {
  readonly detection: Detection;
  readonly events: readonly DetectedEvent[];
}

class LmdbWorkStore implements WorkStore {
  readonly #path: string;
  readonly #root: RootDatabase<Buffer, string>;
  readonly #offsets: Database<LaneOffsets, number>;
  readonly #claims: Database<number, string>;
  readonly #counts: Database<number, string>;
  readonly #snapshots: Database<Buffer, string>;
  readonly #detections: Once<Detected>;
  readonly #observations: Once<Observation>;
  readonly #files: FileList;

  constructor(path: string) {
    this.#path = path;
    this.#root = openEnvironment(path, 16);
    this.#offsets = this.#root.openDB<LaneOffsets, number>({ name: 'offsets', encoding: 'json' });
    this.#claims = this.#root.openDB<number, string>({ name: 'claims', encoding: 'json' });
    this.#counts = this.#root.openDB<number, string>({ name: 'counts', encoding: 'json' });
    this.#snapshots = this.#root.openDB<Buffer, string>({ name: 'snapshots', encoding: 'binary' });
    this.#detections = new Once(this.#root, 'detections');
    this.#observations = new Once(this.#root, 'observations');
    this.#files = new FileList(this.#root);
  }

  offsets(): ReadonlyMap<number, LaneOffsets> {
    return this.#read(() => new Map([...this.#offsets.getRange()].map(({ key, value }) => [key, value])));
  }

  claim(name: string, ...others: readonly string[]): Claim {
    const take = (taken: string): Claim => {
      const epoch = (this.#claims.get(taken) ?? 0) + 1;
      this.#claims.putSync(taken, epoch);
      return { name: taken, epoch };
    };
    let claim: Claim = { name, epoch: 0 };
    this.#write(() => {
      claim = { ...take(name), with: others.map(take) };
    });
    return claim;
  }

  commit(commit: WorkCommit): void {
    this.#write(() => {
      if (commit.claim !== undefined) this.#hold(commit.claim);
      if (commit.files !== undefined) this.#replaced(commit.dropped ?? []);
      for (const [lane, detect] of commit.detect ?? []) this.#offsets.putSync(lane, { ...this.#offset(lane), detect });
      for (const [lane, lake] of commit.lake ?? []) this.#offsets.putSync(lane, { ...this.#offset(lane), lake });
      for (const detected of commit.detections ?? []) this.#detections.add(detected.detection.id, detected);
      for (const observation of commit.observations ?? []) this.#observations.add(observation.id, observation);
      for (const file of commit.files ?? []) this.#files.add(file);
      for (const name of commit.dropped ?? []) this.#files.drop(name);
      for (const [name, bytes] of commit.snapshots ?? []) this.#snapshots.putSync(name, Buffer.from(bytes));
      for (const [name, by] of commit.counts ?? []) this.#counts.putSync(name, (this.#counts.get(name) ?? 0) + by);
    });
  }

  hasDetection(id: string): boolean {
    return this.#read(() => this.#detections.has(id));
  }

  detections(after: number, limit: number): readonly StoredDetection[] {
    return this.#read(() =>
      this.#detections.after(after, limit).map(({ sequence, entry }) => ({ sequence, ...entry })),
    );
  }

  lastDetection(): number {
    return this.#read(() => this.#detections.last());
  }

  observations(after: number, limit: number): readonly StoredObservation[] {
    return this.#read(() =>
      this.#observations.after(after, limit).map(({ sequence, entry }) => ({ sequence, ...entry })),
    );
  }

  trimObservations(upTo: number): void {
    this.#write(() => this.#observations.trim(upTo));
  }

  trimDetections(upTo: number): void {
    this.#write(() => this.#detections.trim(upTo));
  }

  files(tenant: string, fromHour?: string, toHour?: string): readonly LakeFile[] {
    return this.#read(() => this.#files.within(tenant, fromHour, toHour));
  }

  allFiles(): readonly LakeFile[] {
    return this.#read(() => this.#files.all());
  }

  snapshot(name: string): Uint8Array | undefined {
    return this.#read(() => this.#snapshots.get(name));
  }

  counts(prefix: string): ReadonlyMap<string, number> {
    return this.#read(() => {
      const counts = new Map<string, number>();
      for (const { key, value } of this.#counts.getRange({ start: prefix })) {
        if (!key.startsWith(prefix)) break;
        counts.set(key, value);
      }
      return counts;
    });
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #hold({ name, epoch, with: others = [] }: Claim): void {
    for (const other of others) this.#hold(other);
    if (this.#claims.get(name) === epoch) return;
    throw new BridgewatchError(
      'WORK_CLAIM_LOST',
      `another process works as ${name} now; what this one did since is not kept`,
      409,
    );
  }

  /** Rows that went into another file since would be there twice. */
  #replaced(dropped: readonly string[]): void {
    for (const name of dropped) {
      if (this.#files.has(name)) continue;
      throw new BridgewatchError(
        'WORK_FILE_GONE',
        `${name} is no file of the lake any more; nothing took its place`,
        409,
      );
    }
  }

  #offset(lane: number): LaneOffsets {
    return this.#offsets.get(lane) ?? { detect: 0, lake: 0 };
  }

  /** Reads what is newest, and lets go of the snapshot at once: held, it would keep pages from being used again. */
  #read<T>(work: () => T): T {
    this.#root.resetReadTxn();
    try {
      return work();
    } finally {
      this.#root.resetReadTxn();
    }
  }

  #write(work: () => void): void {
    try {
      this.#root.transactionSync(work);
    } catch (error) {
      throw diskError(error, this.#path, full.workStore);
    }
  }
}
