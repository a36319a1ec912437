import type { FlushBounds } from '../../detect/index.ts';

/** An event log on NATS JetStream, in place of the one in the data folder. */
export interface LogOnNats {
  /** `tls://nats1.example.org:4222`, ... */
  readonly servers: readonly string[];
  /** Name of the stream. */
  readonly stream: string;
  /** Copies in the cluster. */
  readonly replicas?: number;
  /** File of credentials, as `nsc` writes it. */
  readonly credentials?: string;
}

/** What a worker process is told, as JSON on its command line: nothing in it is secret. */
export interface WorkerOptions {
  readonly dataDir: string;
  readonly index: number;
  /** Workers in all; worker `index` owns the lanes that leave it as a remainder. */
  readonly of: number;
  /** Files and folders of Sigma rules. */
  readonly rules: readonly string[];
  readonly flush?: Partial<FlushBounds>;
  readonly logOnNats?: LogOnNats;
  /** MB that DuckDB may use for rows that wait to become a file. */
  readonly lakeMemoryMb?: number;
  /** For fault tests: the point at which the process kills itself, and at which visit of it. */
  readonly crashAt?: { readonly point: string; readonly visit: number };
  /** For fault tests: a record that has this text ends the process. */
  readonly crashOn?: string;
}

/** What the lake's keeper is told. */
export interface KeeperOptions {
  readonly dataDir: string;
  /** Bytes the lake may take; as many as there are where absent. */
  readonly diskBytes?: number;
  /** Days that events are kept; as long as there is room where absent. */
  readonly retainDays?: number;
  readonly crashAt?: WorkerOptions['crashAt'];
}

/** What a worker says to its parent, and the parent to it. */
export type FromWorker = { readonly kind: 'ready' } | { readonly kind: 'beat' };
export interface ToWorker {
  readonly kind: 'stop';
}

/** Where things are in the data folder. */
export const places = {
  log: 'log',
  work: 'work',
  lake: 'lake',
  positions: 'positions',
  doors: 'doors.yaml',
  rejects: 'rejects.ndjson',
} as const;

export const workerName = (index: number): string => `worker-${index}`;
