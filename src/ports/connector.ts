import type { ActionPlan, Check } from '../contracts/action.ts';
import type { Entity } from '../contracts/entity.ts';

/** What is wanted of a connector, before it has looked. */
export interface ActionOrder {
  readonly tenant: string;
  readonly finding: string;
  readonly kind: string;
  readonly target: Entity;
  /** What the playbook or a person asked for besides; hostile until the connector has checked it. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What the connector found when it looked: the parts of a plan that only it knows. Nothing was changed. */
export interface Survey {
  /** Exactly what will be done, without secrets. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** State that undo puts back. */
  readonly before: Readonly<Record<string, unknown>>;
  /** One sentence on how it is undone; null where it cannot be. */
  readonly undo: string | null;
  /** What the system itself says is affected: groups, open sessions, rules. */
  readonly said: readonly string[];
  readonly affects: readonly Entity[];
}

/** One try at one execution (or undo). */
export interface Run {
  /** The same for every try of one execution: what a remote side may use to count it once. */
  readonly key: string;
  readonly attempt: number;
  /** Given when the time box is over or the server stops. */
  readonly signal: AbortSignal;
}

/** What the remote side answered, for the record; no secrets. */
export type Receipt = Readonly<Record<string, unknown>>;

/**
 * A system that can be made to act. Every call may be repeated: execute and undo set a state instead of changing one where the
 * system allows it, and `verify` tells after a crash whether the effect is there already.
 * Throws `CONNECTOR_UNREACHABLE` and `CONNECTOR_TIMEOUT` where another try may help; `CONNECTOR_REFUSED`, `CONNECTOR_TARGET_UNKNOWN`,
 * `CONNECTOR_ORDER_INVALID`, `CONNECTOR_PROTECTED` where it will not; `CONNECTOR_OUTCOME_UNKNOWN` where it may have acted and must not act twice. Messages never hold secrets.
 */
export interface Connector {
  /** Action kinds it carries out. */
  readonly kinds: readonly string[];
  /** False where a repeated execute would act twice and nothing can tell whether the first one did (a mail, a ticket). */
  readonly repeatable: boolean;
  /** Reads only. */
  survey(order: ActionOrder, signal: AbortSignal): Promise<Survey>;
  execute(plan: ActionPlan, run: Run): Promise<Receipt>;
  /** Whether the effect is there. */
  verify(plan: ActionPlan, receipt: Receipt | null, run: Run): Promise<Check>;
  undo(plan: ActionPlan, receipt: Receipt | null, run: Run): Promise<Receipt>;
  /** Whether the state of before is back. */
  verifyUndone(plan: ActionPlan, receipt: Receipt | null, run: Run): Promise<Check>;
}

/** The connector that carries out a kind of action for a tenant, under the id it was configured with; null where none does. */
export type ConnectorFor = (tenant: string, kind: string) => Promise<{ id: string; connector: Connector } | null>;
/** The connector configured under an id, whether or not it is on. */
export type ConnectorById = ConnectorFor;
