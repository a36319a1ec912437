import type { MayAct } from '../contracts/autonomy.ts';
import type { ReachOf } from '../contracts/response.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConnectorById, ConnectorFor } from '../ports/connector.ts';
import type { ResponseListener } from '../ports/listeners.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { StateStore, StateTx } from '../ports/state-store.ts';

/** Where execution can be interrupted, in order; fault tests end the process at each. */
export const crashPoints = [
  'before intent',
  'after intent',
  'after effect',
  'after receipt',
  'after check',
  'after outcome',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/**
 * How a finding must be treated: `masked` is a planted known threat that nobody determined yet, whose actions may be proposed like any
 * other and are never carried out; `unmasked` one that was told, whose actions are refused. Customers hear of neither.
 */
export type CanaryHold = (tx: StateTx, tenant: string, finding: string) => Promise<'none' | 'masked' | 'unmasked'>;

/** What planning needs: it looks and changes nothing. */
export interface PlanningParts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly connectorFor: ConnectorFor;
  /** What telemetry shows of a target. */
  readonly reachOf: ReachOf;
}

/** What carrying out needs. */
export interface ExecutorParts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly connectorFor: ConnectorFor;
  /** By id, whether or not it is on: what was done through it may have to be undone. */
  readonly connectorById?: ConnectorById;
  /** Tenants whose actions this process carries out. */
  readonly tenants: () => Promise<readonly string[]>;
  readonly mayAct: MayAct;
  readonly canaryHold?: CanaryHold;
  readonly listeners: readonly ResponseListener[];
  /** Whom to tell of a proposed action, by tenant. */
  readonly toTell?: (tenant: string) => Promise<readonly { notifier: Notifier; to: string }[]>;
  /** Names this process in leases; another for each start. */
  readonly holder: string;
  /** Told of what went wrong outside any action. */
  readonly warn: (message: string) => void;
  readonly limits?: Partial<Limits>;
  /** Does nothing in production. */
  readonly crashPoint?: (name: CrashPoint) => void;
}

export interface Limits {
  /** Tries of one execution or undo. */
  readonly attempts: number;
  /** Looks for its effect after it was done. */
  readonly checks: number;
  /** Longest one call of a connector may take, ms. */
  readonly timeBox: number;
  /** First wait after a try that failed, ms; doubles each time up to `longestWait`, with jitter. */
  readonly firstWait: number;
  readonly longestWait: number;
}

export const defaultLimits: Limits = {
  attempts: 5,
  checks: 5,
  timeBox: 30_000,
  firstWait: 2_000,
  longestWait: 300_000,
};
