import type { SetAside, TuningProposal } from '../../contracts/tuning.ts';

/** How many detections a proposal counted in shadow, and how many it set aside. */
export interface TuningCount {
  readonly shadow: number;
  readonly suppressed: number;
}

/** What a transaction keeps of tuning. */
export interface TuningRows {
  add(proposal: TuningProposal): Promise<void>;
  /** Locks the row when `forUpdate`. */
  get(tenant: string, id: string, forUpdate?: boolean): Promise<TuningProposal | null>;
  /** Newest first, at most 1,000. */
  list(tenant: string): Promise<readonly TuningProposal[]>;
  /** Shadows, and what is accepted whether or not it has expired. */
  live(tenant: string): Promise<readonly TuningProposal[]>;
  /** Writes what may change, over the revision before it. Throws `TUNING_REVISION_STALE` (412). */
  put(proposal: TuningProposal): Promise<void>;
  /** Counts each detection once a proposal and mode. */
  setAside(tenant: string, aside: readonly SetAside[]): Promise<void>;
  /** Newest first. */
  asideOf(tenant: string, proposal: string, limit: number): Promise<readonly SetAside[]>;
  /** Of these detections, those that an accepted filter has set aside and that no lifting has given back. */
  suppressedAmong(tenant: string, detections: readonly string[]): Promise<readonly SetAside[]>;
  /** By proposal. */
  counts(tenant: string): Promise<ReadonlyMap<string, TuningCount>>;
}
