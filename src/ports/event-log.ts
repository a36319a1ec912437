/** A batch (`contracts/log-batch.ts` encodes it) and the lane it belongs to. */
export interface Appended {
  readonly lane: number;
  readonly bytes: Buffer;
  readonly events: number;
}

/** A batch as read back. Positions rise within a lane, from 1, with gaps where something was trimmed. */
export interface Logged {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/**
 * The durable log between doors and workers: what was received, in order, a lane at a time. Writers and readers may be
 * different processes.
 */
export interface EventLog {
  /**
   * Keeps all of these or none. Resolves when they would survive a power cut (fsync, or the bus's acknowledgement): only then may a
   * receipt go out. Throws `LOG_FULL` where the disk or the configured bound is reached.
   */
  append(batches: readonly Appended[]): Promise<void>;
  /** Batches of a lane after a position, oldest first, up to about `bytes`; at least one where there is one. */
  read(lane: number, after: number, bytes: number): Promise<readonly Logged[]>;
  /** The last position of a lane; 0 where nothing was ever appended. */
  end(lane: number): Promise<number>;
  /** Resolves when a lane in `lanes` may have something after the position given for it, or when the signal aborts. */
  more(after: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void>;
  /** Every consumer is past `upTo` in this lane: what is there may go. */
  trim(lane: number, upTo: number): Promise<void>;
  /** Bytes held, all lanes. */
  size(): Promise<number>;
  close(): Promise<void>;
}
