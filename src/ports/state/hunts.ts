import type { HuntRun, SavedHunt } from '../../contracts/hunt.ts';

/** What a transaction keeps of saved hunts. */
export interface HuntRows {
  add(hunt: SavedHunt): Promise<void>;
  /** Ended ones too. */
  get(tenant: string, id: string): Promise<SavedHunt | null>;
  /** By name, at most 1,000; those that ended where asked for. */
  list(tenant: string, ended: boolean): Promise<readonly SavedHunt[]>;
  countLive(tenant: string): Promise<number>;
  /** Writes what may change, over the revision before it. Throws `HUNT_REVISION_STALE` (412). */
  put(hunt: SavedHunt): Promise<void>;
  /** The hunt due longest that nobody runs, now leased until `until`; null where there is none. */
  claim(tenants: readonly string[], now: number, until: number): Promise<SavedHunt | null>;
  /** Ends the lease; it is due again at `dueAt`. */
  settle(tenant: string, id: string, dueAt: number | null): Promise<void>;

  addRun(run: HuntRun): Promise<void>;
  /** Newest first. */
  runs(tenant: string, hunt: string, limit: number): Promise<readonly HuntRun[]>;
  run(tenant: string, hunt: string, id: string): Promise<HuntRun | null>;
  /** False where the run has a conclusion already. */
  conclude(tenant: string, hunt: string, id: string, conclusion: NonNullable<HuntRun['conclusion']>): Promise<boolean>;
}
