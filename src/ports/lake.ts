import type { LakeFile, LakeValue } from '../contracts/lake.ts';

/** The writing side of the lake, in a worker: rows gather, and become files at a flush. */
export interface LakeBuffer {
  /** A row in the order of `lakeColumns`. @param hour the partition, `2026-11-25T07` */
  add(tenant: string, hour: string, row: readonly LakeValue[]): void;
  readonly rows: number;
  /** Bytes of the raw records held. */
  readonly rawBytes: number;
  /**
   * Writes what is held as files, durable on return, and empties. They become visible when a commit lists them; a crash before that
   * leaves files that nobody lists, which `LakeKeeping.sweep` removes.
   */
  flush(): Promise<readonly LakeFile[]>;
  close(): Promise<void>;
}

/** How the lake stands against its disk budget. `near` from nine tenths on. */
export interface LakeDisk {
  readonly state: 'ok' | 'near' | 'over';
  readonly bytes: number;
  readonly budget: number;
  /** Files whose raw records were given up, and files given up whole, to stay within it; since the keeping was opened. */
  readonly rawDropped: number;
  readonly filesDropped: number;
}

/** What one process does for the lake from time to time. Its calls follow one another, never overlap. */
export interface LakeKeeping {
  /** Small files of a partition become few; returns how many became how many. */
  merge(): Promise<{ readonly from: number; readonly into: number }>;
  /** Deletes files that nobody lists and nobody touched for the grace period; returns how many. */
  sweep(): Promise<number>;
  /** Unlists partitions past their tenant's days; returns how many files. */
  retain(): Promise<number>;
  /** Brings the lake within its budget: the oldest raw records go first, then the oldest hours whole. */
  trim(): Promise<LakeDisk>;
  /** As the last `trim` left it. */
  readonly disk: LakeDisk;
  close(): Promise<void>;
}

export interface QueryLimits {
  /** Rows handed over at most; `truncated` tells when there were more. */
  readonly rows: number;
  readonly milliseconds: number;
  readonly memoryMb: number;
}

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Values as JSON can hold them: bigints and timestamps as text. */
  readonly rows: readonly (readonly unknown[])[];
  readonly truncated: boolean;
  readonly milliseconds: number;
}

/** The asking side: SQL over one tenant's partitions and nothing else. */
export interface LakeQueries {
  /**
   * Runs one read-only statement over the view `events`. The file system, the network and all settings are closed to it. Throws
   * `HUNT_SQL_INVALID`, `HUNT_TIMEOUT`, `HUNT_CANCELLED`, `HUNT_MEMORY`.
   */
  query(
    tenant: string,
    sql: string,
    options: {
      readonly limits: QueryLimits;
      readonly signal?: AbortSignal;
      /** Values of `$1`, `$2`, ... */
      readonly parameters?: readonly (string | number | boolean | null)[];
      /** Only events in [from, to], epoch ms. */
      readonly from?: number;
      readonly to?: number;
      /**
       * Only events whose raw record has all of these as words (`contracts/words.ts` says what that is: `power` is no word of `powershell`).
       * Blocks that cannot have them are passed over. For parts of words and wildcards, leave this out and ask in SQL: that reads everything.
       */
      readonly words?: readonly string[];
    },
  ): Promise<QueryResult>;
  close(): Promise<void>;
}
