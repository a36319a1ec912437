import { type CompiledItem, type CompiledSelection, meets } from './compile.ts';
import type { Condition } from './condition.ts';
import { describePattern, type Pattern } from './pattern.ts';
import { type Reading, textOfValue } from './reading.ts';
import type { SigmaRule } from './rule.ts';

/** Every line of a rule with the value it saw, computed without stopping early, by the tests that the matcher uses. */
export interface Explanation {
  readonly rule: SigmaRule;
  readonly matched: boolean;
  /** False where the event comes from another log source than the rule asks for: then it cannot match. */
  readonly logsourceFits: boolean;
  readonly condition: ExplainedCondition;
  readonly selections: readonly ExplainedSelection[];
}

export interface ExplainedCondition {
  readonly text: string;
  readonly matched: boolean;
  readonly of: readonly ExplainedCondition[];
}

export interface ExplainedSelection {
  readonly name: string;
  readonly matched: boolean;
  readonly lines: ExplainedLine;
}

/** A group (`all`, `any`) of lines, or a line: a field with its patterns. */
export type ExplainedLine =
  | { readonly kind: 'all' | 'any'; readonly matched: boolean; readonly of: readonly ExplainedLine[] }
  | {
      readonly kind: 'item';
      readonly matched: boolean;
      /** undefined for keyword searches. */
      readonly field: string | undefined;
      readonly modifiers: readonly string[];
      /** As the event has it; for keyword searches the values that met a pattern. */
      readonly value: unknown;
      readonly patterns: readonly { readonly pattern: string; readonly matched: boolean }[];
    };

/** One field that decided for a match. */
export interface MatchedField {
  readonly selection: string;
  readonly field: string;
  readonly value: string;
  readonly pattern: string;
}

export function explainCondition(condition: Condition, held: ReadonlyMap<string, boolean>): ExplainedCondition {
  switch (condition.kind) {
    case 'selection':
      return { text: condition.name, matched: held.get(condition.name) ?? false, of: [] };
    case 'not': {
      const of = [explainCondition(condition.of, held)];
      return { text: 'not', matched: !of[0]?.matched, of };
    }
    case 'and':
    case 'or': {
      const of = condition.of.map((child) => explainCondition(child, held));
      return {
        text: condition.kind,
        matched: condition.kind === 'and' ? of.every(({ matched }) => matched) : of.some(({ matched }) => matched),
        of,
      };
    }
    case 'count': {
      const of = condition.names.map((name) => ({ text: name, matched: held.get(name) ?? false, of: [] }));
      return { text: condition.source, matched: of.filter(({ matched }) => matched).length >= condition.least, of };
    }
  }
}

export function explainSelection(selection: CompiledSelection, reading: Reading): ExplainedLine {
  if (selection.kind === 'item') return explainItem(selection, reading);
  const of = selection.of.map((child) => explainSelection(child, reading));
  const matched = selection.kind === 'all' ? of.every((line) => line.matched) : of.some((line) => line.matched);
  return { kind: selection.kind, matched, of };
}

function explainItem({ item, slot, tests }: CompiledItem, reading: Reading): ExplainedLine {
  const patterns = item.patterns.map((pattern, i) => {
    const test = tests[i];
    return { pattern: shown(pattern, item.part), matched: test !== undefined && meets(test, item, slot, reading) };
  });
  const positive = item.all ? patterns.every(({ matched }) => matched) : patterns.some(({ matched }) => matched);
  const value = slot === -1 ? keywordValues({ item, slot, tests }, reading) : reading.value(slot);
  return {
    kind: 'item',
    matched: positive !== item.negated,
    field: item.field,
    modifiers: item.modifiers,
    value,
    patterns,
  };
}

const shown = (pattern: Pattern, part: string | undefined): string =>
  (part === undefined ? '' : `${part} `) + describePattern(pattern);

function keywordValues({ tests }: Pick<CompiledItem, 'item' | 'slot' | 'tests'>, reading: Reading): string[] {
  const folded = reading.foldedKeywords();
  return reading
    .keywords()
    .filter((text, i) =>
      tests.some((test) =>
        test.sees === 'folded' ? test.test(folded[i] ?? '') : test.sees === 'text' && test.test(text),
      ),
    );
}

/**
 * The fields that decided for a match: the lines that held, in the selections that held and that the condition counts
 * towards a match. What stands under `not` did not hold and is left out.
 */
export function matchedFields(explanation: Explanation, condition: Condition): MatchedField[] {
  const wanted = new Set(positive(condition, false));
  return explanation.selections
    .filter(({ name, matched }) => matched && wanted.has(name))
    .flatMap(({ name, lines }) => fieldsOf(name, lines));
}

function positive(condition: Condition, under: boolean): readonly string[] {
  if (condition.kind === 'not') return positive(condition.of, !under);
  if (condition.kind === 'selection') return under ? [] : [condition.name];
  if (condition.kind === 'count') return under ? [] : condition.names;
  return condition.of.flatMap((child) => positive(child, under));
}

function fieldsOf(selection: string, line: ExplainedLine): MatchedField[] {
  if (!line.matched) return [];
  if (line.kind !== 'item') return line.of.flatMap((child) => fieldsOf(selection, child));
  const met = line.patterns.filter(({ matched }) => matched).map(({ pattern }) => pattern);
  const negated = line.modifiers.includes('neq');
  const pattern = negated ? `not ${line.patterns.map((each) => each.pattern).join(', ')}` : met.join(', ');
  return [
    { selection, field: line.field ?? 'keywords', value: showValue(line.value), pattern: pattern.slice(0, 1000) },
  ];
}

/** A value as a person reads it, at most 1,000 characters. */
export function showValue(value: unknown): string {
  const text = value === undefined ? '(missing)' : (textOfValue(value) ?? JSON.stringify(value) ?? '');
  return text.length > 1000 ? `${text.slice(0, 999)}…` : text;
}
