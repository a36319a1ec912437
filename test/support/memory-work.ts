import type { LakeFile } from '../../src/contracts/lake.ts';
import type {
  Claim,
  LaneOffsets,
  StoredDetection,
  StoredObservation,
  WorkCommit,
  WorkStore,
} from '../../src/ports/work-store.ts';

/** The work store's list of lake files over a map: for tests of the lake, which uses nothing else of it. */
export class MemoryWork implements WorkStore {
  readonly #files = new Map<string, LakeFile>();
  /** Commits made so far. */
  readonly commits: WorkCommit[] = [];

  claim(name: string): Claim {
    return { name, epoch: 1 };
  }

  commit(commit: WorkCommit): void {
    this.commits.push(commit);
    for (const file of commit.files ?? []) this.#files.set(file.name, file);
    for (const name of commit.dropped ?? []) this.#files.delete(name);
  }

  files(tenant: string, fromHour = '', toHour = '~'): readonly LakeFile[] {
    return this.allFiles().filter((file) => file.tenant === tenant && file.hour >= fromHour && file.hour <= toHour);
  }

  allFiles(): readonly LakeFile[] {
    return [...this.#files.values()];
  }

  offsets(): ReadonlyMap<number, LaneOffsets> {
    return new Map();
  }

  hasDetection(): boolean {
    return false;
  }

  detections(): readonly StoredDetection[] {
    return [];
  }

  lastDetection(): number {
    return 0;
  }

  observations(): readonly StoredObservation[] {
    return [];
  }

  trimObservations(): void {}

  trimDetections(): void {}

  snapshot(): Uint8Array | undefined {
    return undefined;
  }

  counts(): ReadonlyMap<string, number> {
    return new Map();
  }

  async close(): Promise<void> {}
}
