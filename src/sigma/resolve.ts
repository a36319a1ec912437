import type { Resolved } from './compile.ts';
import { type Condition, parseCondition } from './condition.ts';
import { resolveItem } from './modifiers.ts';
import type { DetectionRule } from './parse.ts';
import type { Placeholders } from './placeholders.ts';
import type { Warn } from './problem.ts';
import type { Selection } from './syntax.ts';

/** A rule whose modifiers are applied and whose condition is read: what compiler, planner and explanations work on. */
export interface ResolvedRule {
  readonly source: DetectionRule;
  readonly selections: ReadonlyMap<string, Resolved>;
  readonly condition: Condition;
}

/** Throws RuleFault where the rule asks for what Sigma 2.1 does not have or this engine cannot do. */
export function resolveRule(source: DetectionRule, placeholders: Placeholders, warn: Warn): ResolvedRule {
  const selections = new Map<string, Resolved>();
  for (const [name, selection] of source.selections)
    selections.set(name, resolveSelection(selection, placeholders, warn));
  const names = [...selections.keys()];
  const conditions = source.conditions.map(({ source: text, line }) => parseCondition(text, names, line));
  const [only] = conditions;
  const condition: Condition = conditions.length === 1 && only ? only : { kind: 'or', of: conditions };
  const used = new Set(namesIn(condition));
  for (const [name, selection] of selections) {
    if (!used.has(name))
      warn('SIGMA_SELECTION_UNUSED', `selection ${JSON.stringify(name)} is not used by the condition`, selection.line);
  }
  return { source, selections, condition };
}

function resolveSelection(selection: Selection, placeholders: Placeholders, warn: Warn): Resolved {
  if (selection.kind === 'raw') return resolveItem(selection, placeholders, warn);
  return {
    kind: selection.kind,
    of: selection.of.map((child) => resolveSelection(child, placeholders, warn)),
    line: selection.line,
  };
}

export function namesIn(condition: Condition): readonly string[] {
  if (condition.kind === 'selection') return [condition.name];
  if (condition.kind === 'count') return condition.names;
  if (condition.kind === 'not') return namesIn(condition.of);
  return condition.of.flatMap(namesIn);
}
