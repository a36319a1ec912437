import type { Shape, SigmaEvent } from './event.ts';
import { applyFilters } from './filter-rule.ts';
import { type OracleCondition, oracleCondition } from './oracle-condition.ts';
import { oracleFold, oracleTime } from './oracle-matching.ts';
import { oraclePatterns } from './oracle-patterns.ts';
import { type OracleTest, oracleTest, type SeenValue } from './oracle-tests.ts';
import { type DetectionRule, parseRules, type RuleFile } from './parse.ts';
import { applyPipelines } from './pipeline.ts';
import type { SigmaRule } from './rule.ts';
import type { CompileOptions } from './rule-set.ts';
import type { RawItem, Selection } from './syntax.ts';

/**
 * A slow evaluator that the engine is held against. It prepares each rule once, then looks at every rule for every event, with
 * no index and keeping nothing of an event between rules. It shares with the engine only the reading of YAML, filters and
 * pipelines: modifiers, patterns, conditions and values are written a second time in the oracle files, as plainly as can be.
 */
export interface OracleVerdict {
  readonly matched: boolean;
  readonly selections: readonly { readonly name: string; readonly line: OracleLine }[];
}

/** The shape of an explanation, with only what can be compared. */
export type OracleLine =
  | { readonly kind: 'all' | 'any'; readonly matched: boolean; readonly of: readonly OracleLine[] }
  | { readonly kind: 'item'; readonly matched: boolean; readonly field: string | undefined };

interface Judged {
  readonly rule: SigmaRule;
  readonly selections: ReadonlyMap<string, Prepared>;
  readonly conditions: readonly OracleCondition[];
}

/** A selection made ready: `holds` stops at the first line that decides, `line` looks at all of them. */
interface Prepared {
  readonly holds: (event: SigmaEvent) => boolean;
  readonly line: (event: SigmaEvent) => OracleLine;
}

export class Oracle {
  readonly #rules: readonly Judged[];
  readonly #byRule: ReadonlyMap<SigmaRule, Judged>;

  /** `rules`: those that compiled; the others are left out here too. */
  constructor(files: readonly RuleFile[], rules: readonly SigmaRule[], options: CompileOptions = {}) {
    const compiled = new Map(rules.map((rule) => [`${rule.file}:${rule.line}`, rule]));
    this.#rules = applyFilters(parseRules(files), []).flatMap((detection) => {
      const rule = compiled.get(`${detection.rule.file}:${detection.rule.line}`);
      if (!rule) return [];
      const changed = applyPipelines(detection, options.pipelines ?? [], options.placeholders ?? {});
      return [prepareRule(rule, changed.rule, changed.placeholders)];
    });
    this.#byRule = new Map(this.#rules.map((each) => [each.rule, each]));
  }

  match(event: SigmaEvent): SigmaRule[] {
    const matched: SigmaRule[] = [];
    for (const { rule, selections, conditions } of this.#rules) {
      if (!fromLogSource(rule, event)) continue;
      const look = (name: string): boolean => selections.get(name)?.holds(event) ?? false;
      if (conditions.some((condition) => condition(look))) matched.push(rule);
    }
    return matched;
  }

  explain(rule: SigmaRule, event: SigmaEvent): OracleVerdict | undefined {
    const found = this.#byRule.get(rule);
    if (!found) return undefined;
    const lines = new Map([...found.selections].map(([name, { line }]) => [name, line(event)]));
    const look = (name: string): boolean => lines.get(name)?.matched ?? false;
    const matched = found.conditions.filter((condition) => condition(look)).length > 0;
    return {
      matched: matched && fromLogSource(rule, event),
      selections: [...lines].map(([name, line]) => ({ name, line })),
    };
  }
}

function fromLogSource({ logsource }: SigmaRule, { origin }: SigmaEvent): boolean {
  if (logsource.product && logsource.product !== origin.product) return false;
  if (logsource.service && logsource.service !== origin.service) return false;
  return !logsource.category || origin.categories.some((category) => category === logsource.category);
}

type Placeholders = Readonly<Record<string, readonly string[]>>;

function prepareRule(rule: SigmaRule, detection: DetectionRule, placeholders: Placeholders): Judged {
  const names = [...detection.selections.keys()];
  return {
    rule,
    selections: new Map([...detection.selections].map(([name, each]) => [name, prepare(each, placeholders)])),
    conditions: detection.conditions.map(({ source }) => oracleCondition(source, names)),
  };
}

function prepare(selection: Selection, placeholders: Placeholders): Prepared {
  if (selection.kind === 'raw') {
    const holds = prepareItem(selection, placeholders);
    return { holds, line: (event) => ({ kind: 'item', field: selection.field, matched: holds(event) }) };
  }
  const { kind } = selection;
  const children = selection.of.map((child) => prepare(child, placeholders));
  return {
    holds: (event) =>
      kind === 'all' ? children.every(({ holds }) => holds(event)) : children.some(({ holds }) => holds(event)),
    line: (event) => {
      const of = children.map((child) => child.line(event));
      const held = of.filter(({ matched }) => matched).length;
      return { kind, of, matched: kind === 'all' ? held === of.length : held > 0 };
    },
  };
}

const parts = ['minute', 'hour', 'day', 'week', 'month', 'year'];

function prepareItem(item: RawItem, placeholders: Placeholders): (event: SigmaEvent) => boolean {
  const tests = oraclePatterns(item, placeholders).map(oracleTest);
  const part = item.modifiers.find((modifier) => parts.includes(modifier));
  const all = item.modifiers.includes('all');
  const inverted = item.modifiers.filter((modifier) => modifier === 'neq').length % 2 === 1;
  const read = item.field === undefined ? undefined : readerOf(item.field);
  return (event) => {
    const whole = read?.(event);
    const seen = read
      ? elementsOf(whole).map((value) => see(part === undefined ? value : oracleTime(part, value)))
      : scalarsOf(event);
    const meets = (test: OracleTest): boolean =>
      test.of === 'whole' ? test.meets(whole) : seen.some((value) => test.meets(value, event));
    return (all ? tests.every(meets) : tests.some(meets)) !== inverted;
  };
}

/** Readers are made once for each shape of event: they know the field, not the event. */
function readerOf(field: string): (event: SigmaEvent) => unknown {
  const readers = new Map<Shape, ReturnType<Shape['reader']>>();
  return ({ lens, record }) => {
    let reader = readers.get(lens);
    if (!reader) {
      reader = lens.reader(field);
      readers.set(lens, reader);
    }
    return reader(record);
  };
}

function elementsOf(whole: unknown): unknown[] {
  return Array.isArray(whole) ? (whole.flat(20) as unknown[]) : [whole];
}

function scalarsOf({ lens, record }: SigmaEvent): SeenValue[] {
  const seen: SeenValue[] = [];
  lens.someValue(record, (value) => {
    if (['string', 'number', 'boolean', 'bigint'].includes(typeof value)) seen.push(see(String(value)));
    return false;
  });
  return seen;
}

function see(value: unknown): SeenValue {
  const text = value === null || typeof value === 'object' ? '' : String(value);
  return { value, text, folded: oracleFold(text) };
}
