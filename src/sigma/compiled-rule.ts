import { type CompiledSelection, compileCondition, compileSelection, type Holds } from './compile.ts';
import type { FieldTable } from './reading.ts';
import type { ResolvedRule } from './resolve.ts';
import type { SigmaRule } from './rule.ts';

/** A rule ready to run. */
export interface CompiledRule {
  readonly rule: SigmaRule;
  readonly resolved: ResolvedRule;
  readonly selections: ReadonlyMap<string, CompiledSelection>;
  readonly holds: Holds;
}

/** Throws RuleFault where a regular expression or a network cannot be compiled. */
export function compileRule(resolved: ResolvedRule, fields: FieldTable): CompiledRule {
  const selections = new Map<string, CompiledSelection>();
  for (const [name, selection] of resolved.selections) selections.set(name, compileSelection(selection, fields));
  return { rule: resolved.source.rule, resolved, selections, holds: compileCondition(resolved.condition, selections) };
}
