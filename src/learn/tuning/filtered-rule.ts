import type { SourceEvent } from '../../contracts/event.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { compileRules, type LogSource } from '../../sigma/index.ts';

/** A rule as it runs: what it is, and the files it is read from (its own, and whatever filters are beside it already). */
export interface TunedRule {
  readonly id: string;
  /** As its detections name it. */
  readonly version: string;
  readonly title: string;
  readonly logsource: LogSource;
  readonly files: readonly { readonly file: string; readonly text: string }[];
}

/** A rule with and without a filter, each evaluated in full. */
export interface FilteredRule {
  /** Whether the rule fires on the event as it runs now. */
  fires(event: SourceEvent): boolean;
  /** Whether the filter takes the event from the rule: without it the rule fires, with it not. */
  hides(event: SourceEvent): boolean;
}

/** Whether a rule fires. Throws `TUNING_RULE_BROKEN` where it does not compile by itself. */
export function firesOf({ id, files }: TunedRule): (event: SourceEvent) => boolean {
  const { engine, rules, problems } = compileRules(files);
  if (!rules.some((rule) => rule.id === id))
    throw new BridgewatchError(
      'TUNING_RULE_BROKEN',
      `rule ${id} does not compile: ${problems.find(({ severity }) => severity === 'error')?.message ?? 'it is not in its file'}`,
      422,
    );
  return (event) => engine.matchAll(event).some((rule) => rule.id === id);
}

/**
 * Puts a filter beside a rule. Throws `TUNING_FILTER_BROKEN` where the filter has any fault or warning, `TUNING_RULE_BROKEN` as `firesOf`.
 *
 * @param fires the rule without it, where that is at hand
 */
export function filteredRule(rule: TunedRule, filter: string, fires = firesOf(rule)): FilteredRule {
  const { engine, problems } = compileRules([...rule.files, { file: FILTER, text: filter }]);
  const fault = problems.find(({ file }) => file === FILTER);
  if (fault !== undefined)
    throw new BridgewatchError('TUNING_FILTER_BROKEN', `the filter does not compile: ${fault.message}`, 422);
  return {
    fires,
    hides: (event) => fires(event) && !engine.matchAll(event).some(({ id }) => id === rule.id),
  };
}

const FILTER = 'tuning-filter.yml';
