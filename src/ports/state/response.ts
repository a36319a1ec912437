import type { ActionState } from '../../contracts/action.ts';
import type { Action, Approval, ExecutionNote } from '../../contracts/response.ts';

/** Who carries an action out right now, and until when it is nobody else's (epoch ms). */
export interface Lease {
  readonly holder: string;
  readonly until: number;
}

export interface ActionFilter {
  readonly state?: ActionState;
  readonly finding?: string;
  /** Only what the customer was asked for. */
  readonly asked?: 'customer';
}

/** What a transaction keeps of response. The rows are the queue: no broker, so nothing can be in one and not in the other. */
export interface ResponseRows {
  /** An action with its first plan. Throws `ACTION_OPEN_ALREADY` (409) where the same is open for the finding. */
  create(action: Action): Promise<void>;
  /** Locks the row when `forUpdate`. */
  get(tenant: string, id: string, forUpdate?: boolean): Promise<Action | null>;
  /** Locks the row; null where `holder` no longer has the action. */
  hold(tenant: string, id: string, holder: string): Promise<Action | null>;
  /** Replaces what may change. It is leased as `lease` says from then on; without one, nobody has it. */
  put(action: Action, lease?: Lease): Promise<void>;
  /** Keeps the action's plan, which has a number of its own; `put` makes it the one that counts. */
  addPlan(action: Action): Promise<void>;
  /** Newest first. */
  page(
    tenant: string,
    filter: ActionFilter,
    cursor: string | null,
    limit: number,
  ): Promise<{ items: readonly Action[]; next: string | null }>;
  countOf(tenant: string, finding: string): Promise<number>;
  approve(tenant: string, action: string, approval: Approval): Promise<void>;
  /** Of every plan, oldest first. */
  approvals(tenant: string, action: string): Promise<readonly Approval[]>;
  note(tenant: string, action: string, note: ExecutionNote): Promise<void>;
  notes(tenant: string, action: string): Promise<readonly ExecutionNote[]>;
  /** The action due longest that nobody holds, now leased; null where there is none. */
  claim(tenants: readonly string[], now: number, lease: Lease): Promise<Action | null>;
  /** Actions past their expiry that have not begun, locked; those another transaction holds are passed over. */
  expired(tenants: readonly string[], now: number, limit: number): Promise<readonly Action[]>;
  /** People are to be told of the action at `at`, after `tries` that failed; null once they are told, or it is given up. */
  noticeDue(tenant: string, action: string, at: number | null, tries?: number): Promise<void>;
  /** One action whose notice is due, put off until `until`, with the tries made so far; null where there is none. */
  claimNotice(
    tenants: readonly string[],
    now: number,
    until: number,
  ): Promise<{ action: Action; tries: number } | null>;
}
