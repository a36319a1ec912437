import type { SigmaEvent } from './event.ts';
import type { SigmaRule } from './rule.ts';

/** A correlation's condition held for one group. */
export interface CorrelationHit<E extends SigmaEvent> {
  readonly rule: SigmaRule;
  /** The group: each group-by field with the value its events share, case folded. */
  readonly group: readonly { readonly field: string; readonly value: string }[];
  /** The group's values as one text: equal for equal groups. */
  readonly groupKey: string;
  readonly firstEvent: E;
  readonly lastEvent: E;
  /** The events behind the hit, oldest first. */
  readonly events: readonly E[];
  /** What the condition was about: a count, a sum, an average, a percentile. */
  readonly figure: number;
}
