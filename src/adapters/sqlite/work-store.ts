import type { StatementSync } from 'node:sqlite';
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
import { Database } from './database.ts';
import { FileList, fileTables } from './file-list.ts';
import { Once, onceTables } from './once.ts';

/** The work store on SQLite, in a folder of its own. A commit is one transaction, flushed when it returns. */
export function openWorkStore({ path }: { readonly path: string }): WorkStore {
  return new SqliteWorkStore(path);
}

interface Detected {
  readonly detection: Detection;
  readonly events: readonly DetectedEvent[];
}

const schema = `
  CREATE TABLE IF NOT EXISTS offsets (lane INTEGER PRIMARY KEY, detect INTEGER NOT NULL, lake INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS claims (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS snapshots (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);
  ${fileTables} ${onceTables('detections')} ${onceTables('observations')}`;

/** Every statement but those of `Once` and `FileList`, each prepared once. */
const statements = {
  offsets: 'SELECT lane, detect, lake FROM offsets ORDER BY lane',
  detect: 'INSERT INTO offsets VALUES (?, ?, 0) ON CONFLICT DO UPDATE SET detect = excluded.detect',
  lake: 'INSERT INTO offsets VALUES (?, 0, ?) ON CONFLICT DO UPDATE SET lake = excluded.lake',
  take: 'INSERT INTO claims VALUES (?, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1 RETURNING epoch',
  epoch: 'SELECT epoch FROM claims WHERE name = ?',
  count: 'INSERT INTO counts VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
  counts: 'SELECT name, count FROM counts WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name',
  snap: 'INSERT OR REPLACE INTO snapshots VALUES (?, ?)',
  snapshot: 'SELECT bytes FROM snapshots WHERE name = ?',
} as const;

class SqliteWorkStore implements WorkStore {
  readonly #database: Database;
  readonly #run: Readonly<Record<keyof typeof statements, StatementSync>>;
  readonly #detections: Once<Detected>;
  readonly #observations: Once<Observation>;
  readonly #files: FileList;

  constructor(path: string) {
    this.#database = new Database(path, schema);
    const { connection } = this.#database;
    const prepared = Object.entries(statements).map(([name, sql]) => [name, connection.prepare(sql)]);
    this.#run = Object.fromEntries(prepared) as Record<keyof typeof statements, StatementSync>;
    this.#detections = new Once(connection, 'detections');
    this.#observations = new Once(connection, 'observations');
    this.#files = new FileList(connection);
  }

  offsets(): ReadonlyMap<number, LaneOffsets> {
    const rows = this.#run.offsets.all();
    return new Map(rows.map((row) => [Number(row.lane), { detect: Number(row.detect), lake: Number(row.lake) }]));
  }

  claim(name: string, ...others: readonly string[]): Claim {
    const take = (taken: string): Claim => ({ name: taken, epoch: Number(this.#run.take.get(taken)?.epoch) });
    let claim: Claim = { name, epoch: 0 };
    this.#database.write(() => {
      claim = { ...take(name), with: others.map(take) };
    });
    return claim;
  }

  commit(commit: WorkCommit): void {
    this.#database.write(() => {
      if (commit.claim !== undefined) this.#hold(commit.claim);
      if (commit.files !== undefined) this.#replaced(commit.dropped ?? []);
      for (const [lane, position] of commit.detect ?? []) this.#run.detect.run(lane, position);
      for (const [lane, position] of commit.lake ?? []) this.#run.lake.run(lane, position);
      for (const detected of commit.detections ?? []) this.#detections.add(detected.detection.id, detected);
      for (const observation of commit.observations ?? []) this.#observations.add(observation.id, observation);
      for (const file of commit.files ?? []) this.#files.add(file);
      for (const name of commit.dropped ?? []) this.#files.drop(name);
      for (const [name, bytes] of commit.snapshots ?? []) this.#run.snap.run(name, bytes);
      for (const [name, by] of commit.counts ?? []) this.#run.count.run(name, by);
    });
  }

  hasDetection(id: string): boolean {
    return this.#detections.has(id);
  }

  detections(after: number, limit: number): readonly StoredDetection[] {
    return this.#detections.after(after, limit).map(({ sequence, entry }) => ({ sequence, ...entry }));
  }

  lastDetection(): number {
    return this.#detections.last();
  }

  observations(after: number, limit: number): readonly StoredObservation[] {
    return this.#observations.after(after, limit).map(({ sequence, entry }) => ({ sequence, ...entry }));
  }

  trimObservations(upTo: number): void {
    this.#database.write(() => this.#observations.trim(upTo));
  }

  trimDetections(upTo: number): void {
    this.#database.write(() => this.#detections.trim(upTo));
  }

  files(tenant: string, fromHour?: string, toHour?: string): readonly LakeFile[] {
    return this.#files.within(tenant, fromHour, toHour);
  }

  allFiles(): readonly LakeFile[] {
    return this.#files.all();
  }

  snapshot(name: string): Uint8Array | undefined {
    const bytes = this.#run.snapshot.get(name)?.bytes;
    return bytes instanceof Uint8Array ? bytes : undefined;
  }

  counts(prefix: string): ReadonlyMap<string, number> {
    return new Map(this.#run.counts.all(prefix).map((row) => [String(row.name), Number(row.count)]));
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #hold({ name, epoch, with: others = [] }: Claim): void {
    for (const other of others) this.#hold(other);
    if (Number(this.#run.epoch.get(name)?.epoch) === epoch) return;
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
}
