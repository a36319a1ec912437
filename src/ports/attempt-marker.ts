/** Where a worker is while it is there: a batch of a lane, and within it an event (-1: the batch as a whole). */
export interface Attempt {
  readonly lane: number;
  readonly position: number;
  readonly ordinal: number;
  /** How often exactly this was begun and not ended. */
  readonly tries: number;
}

/**
 * What a worker was at when its process died. Survives the process, need not survive the machine: written before every batch, so it must
 * cost microseconds.
 */
export interface AttemptMarker {
  /** What was begun and never ended, before this process wrote anything. */
  unfinished(): Attempt | undefined;
  begin(attempt: Attempt): void;
  end(): void;
}
