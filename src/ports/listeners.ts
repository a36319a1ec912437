import type { Determination } from '../contracts/determination.ts';
import type { Finding } from '../contracts/finding.ts';
import type { Action } from '../contracts/response.ts';
import type { ReviewTask } from '../contracts/review.ts';
import type { StateTx, StoredFinding } from './state-store.ts';

/**
 * What stages do when findings appear and people decide, in the transaction in which it happens: all of it commits or none. topology and host
 * pass these in, so that no stage knows another.
 */
export interface FindingListener {
  /** A finding becomes visible for the first time. */
  opened?(tx: StateTx, stored: StoredFinding): Promise<void>;
  /** A visible finding claims something else than before. */
  revised?(tx: StateTx, stored: StoredFinding, before: StoredFinding): Promise<void>;
  /** A visible finding stands elsewhere in the queue, and claims the same as before. */
  ranked?(tx: StateTx, finding: Finding): Promise<void>;
}

export interface DecisionListener {
  /** A person determined a finding; `before` is how it stood until now. */
  determined?(tx: StateTx, determination: Determination, before: StoredFinding): Promise<void>;
  /** A determined or closed finding is open again. */
  reopened?(tx: StateTx, stored: StoredFinding): Promise<void>;
  /** A finding that a person had opened was determined `threat`: the AI had not surfaced it. */
  missed?(tx: StateTx, determination: Determination, stored: StoredFinding): Promise<void>;
  /** True where no incident may come of a `threat`: a planted known threat. Asked before `determined`. */
  isExercise?(tx: StateTx, determination: Determination): Promise<boolean>;
}

export interface ReviewListener {
  /** A review task was answered: `task.opinion` is there. `stored` is the finding as it stands after it. */
  reviewed?(tx: StateTx, task: ReviewTask, stored: StoredFinding): Promise<void>;
}

export interface ResponseListener {
  /** An action that contains is verified: its effect was seen. */
  contained?(tx: StateTx, action: Action): Promise<void>;
}
