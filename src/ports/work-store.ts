import type { Detection } from '../contracts/detection.ts';
import type { LakeFile } from '../contracts/lake.ts';

/** How far a lane's owner has come. The lake is written in larger pieces, so it trails. */
export interface LaneOffsets {
  readonly detect: number;
  readonly lake: number;
}

/** An event a detection rests on, kept with it so that it can be shown at once. */
export interface DetectedEvent {
  readonly id: string;
  readonly time: number;
  readonly source: string;
  readonly lens: string;
  /** The record's JSON text as received. */
  readonly raw: string;
}

export interface StoredDetection {
  /** Rises with every detection stored. */
  readonly sequence: number;
  readonly detection: Detection;
  readonly events: readonly DetectedEvent[];
}

/** Something small for the second stage, which looks across hosts: it is read in the order stored. */
export interface Observation {
  /** Stored once, however often the work that made it is done again. */
  readonly id: string;
  readonly kind: string;
  readonly tenant: string;
  /** JSON value, by kind. */
  readonly body: unknown;
}

export interface StoredObservation extends Observation {
  readonly sequence: number;
}

/** Shows that a worker is the one that holds its name, and what else it has claimed with it, now. */
export interface Claim {
  readonly name: string;
  readonly epoch: number;
  readonly with?: readonly Claim[];
}

/** What a worker has done, kept as a whole or not at all. */
export interface WorkCommit {
  /** Throws `WORK_CLAIM_LOST`, keeping nothing, where another process has claimed one of the names since. */
  readonly claim?: Claim;
  /** Lane -> position up to which detections (or the lake) are complete. */
  readonly detect?: ReadonlyMap<number, number>;
  readonly lake?: ReadonlyMap<number, number>;
  /** Those whose id is there already are passed over. */
  readonly detections?: readonly { readonly detection: Detection; readonly events: readonly DetectedEvent[] }[];
  readonly observations?: readonly Observation[];
  /** Lake files that become visible, and the names of those that cease to be. */
  readonly files?: readonly LakeFile[];
  readonly dropped?: readonly string[];
  /** State of a detector or stage, by name: replaces what was there. */
  readonly snapshots?: ReadonlyMap<string, Uint8Array>;
  /** Added to named counters: `tenant|source|name` -> by how much. */
  readonly counts?: ReadonlyMap<string, number>;
}

/**
 * What workers have made of the event log: offsets, detections, observations, the list of lake files. Several processes
 * may have it open at once.
 */
export interface WorkStore {
  /**
   * Takes names over from whoever had them: what such a process commits from now on is refused. A worker claims its lanes beside its own
   * name: with another number of workers, they were those of another name.
   */
  claim(name: string, ...others: readonly string[]): Claim;
  offsets(): ReadonlyMap<number, LaneOffsets>;
  /** One transaction, durable on return. */
  commit(commit: WorkCommit): void;
  hasDetection(id: string): boolean;
  /** Oldest first, those stored after `sequence`. */
  detections(after: number, limit: number): readonly StoredDetection[];
  lastDetection(): number;
  observations(after: number, limit: number): readonly StoredObservation[];
  /** Observations up to `sequence` may go. Detections before it likewise, by the second call. */
  trimObservations(upTo: number): void;
  trimDetections(upTo: number): void;
  /** Lake files of a tenant whose hour is in [fromHour, toHour] (both inclusive, `2026-11-25T07`); all where not given. */
  files(tenant: string, fromHour?: string, toHour?: string): readonly LakeFile[];
  allFiles(): readonly LakeFile[];
  snapshot(name: string): Uint8Array | undefined;
  /** Counters whose name begins with `prefix`. */
  counts(prefix: string): ReadonlyMap<string, number>;
  close(): Promise<void>;
}
