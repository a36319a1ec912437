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
      /** Only partitions and files that can hold events in [from, to], epoch ms. */
      readonly from?: number;
      readonly to?: number;
      /** Words that every row asked for has in its raw record: lets files be passed over. */
      readonly words?: readonly string[];
    },
  ): Promise<QueryResult>;
  close(): Promise<void>;
}
