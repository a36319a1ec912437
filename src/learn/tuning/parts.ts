import type { ReadKept, ReadPast, ThreatExample } from '../../contracts/tuning-parts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore } from '../../ports/state-store.ts';
import type { TunedRule } from './filtered-rule.ts';

/** What tuning stands on. */
export interface TuningParts {
  readonly store: Pick<StateStore, 'withTenants'>;
  readonly clock: Clock;
  /** A rule as it runs now; undefined where no such rule runs. */
  readonly ruleOf: (id: string) => TunedRule | undefined;
  readonly read: ReadKept;
  /** What the rule must fire on, as its tests and told threats say. */
  readonly examplesOf: (rule: string) => Promise<readonly ThreatExample[]>;
  /** Absent where no telemetry is kept. */
  readonly past?: ReadPast;
}
