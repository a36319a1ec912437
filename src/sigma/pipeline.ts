import type { DetectionRule } from './parse.ts';
import type { Placeholders } from './placeholders.ts';
import { RuleFault } from './problem.ts';
import type { LogSource } from './rule.ts';
import type { RawItem, Selection } from './syntax.ts';

/**
 * A processing pipeline in pySigma's manner: it changes rules as they are written, before they are compiled, so that rules
 * for one naming of fields and log sources run on events with another.
 */
export interface Pipeline {
  readonly name: string;
  /** Pipelines with a lower priority come first; equal ones in the order given. */
  readonly priority: number;
  /** Values for `%name%` placeholders. */
  readonly placeholders: Placeholders;
  readonly transformations: readonly Transformation[];
}

export interface Transformation {
  /** Applied only to rules that every one of these covers (or, with `any`, one of them); none: to every rule. */
  readonly when: readonly RuleCondition[];
  readonly linking: 'and' | 'or';
  readonly change: Change;
}

export type RuleCondition =
  | { readonly type: 'logsource'; readonly logsource: LogSource }
  | { readonly type: 'contains_field'; readonly field: string }
  | { readonly type: 'tag'; readonly tag: string };

export type Change =
  /** One field may become several: any of them then. */
  | { readonly type: 'field_name_mapping'; readonly mapping: ReadonlyMap<string, readonly string[]> }
  | { readonly type: 'field_name_prefix'; readonly prefix: string }
  | { readonly type: 'field_name_suffix'; readonly suffix: string }
  | { readonly type: 'change_logsource'; readonly logsource: LogSource }
  | { readonly type: 'add_condition'; readonly selection: Selection; readonly negated: boolean }
  | { readonly type: 'value_placeholders'; readonly include: readonly string[] }
  | { readonly type: 'wildcard_placeholders'; readonly include: readonly string[] }
  | { readonly type: 'rule_failure'; readonly message: string };

interface Working {
  readonly rule: DetectionRule;
  readonly placeholders: Placeholders;
}

/** Runs the pipelines over one rule. Throws RuleFault where one of them refuses it. */
export function applyPipelines(
  rule: DetectionRule,
  pipelines: readonly Pipeline[],
  placeholders: Placeholders,
): Working {
  let working: Working = { rule, placeholders };
  for (const pipeline of [...pipelines].sort((a, b) => a.priority - b.priority)) {
    working = { ...working, placeholders: { ...pipeline.placeholders, ...working.placeholders } };
    for (const transformation of pipeline.transformations) {
      if (applies(transformation, working.rule))
        working = changes[transformation.change.type](working, transformation.change as never);
    }
  }
  return working;
}

function applies({ when, linking }: Transformation, rule: DetectionRule): boolean {
  if (when.length === 0) return true;
  return linking === 'or'
    ? when.some((condition) => holds(condition, rule))
    : when.every((condition) => holds(condition, rule));
}

function holds(condition: RuleCondition, { rule, selections }: DetectionRule): boolean {
  switch (condition.type) {
    case 'logsource': {
      const { product, service, category } = condition.logsource;
      const own = rule.logsource;
      return (
        (!product || product === own.product) &&
        (!service || service === own.service) &&
        (!category || category === own.category)
      );
    }
    case 'contains_field':
      return [...selections.values()].some((selection) => fieldsOf(selection).includes(condition.field));
    case 'tag':
      return rule.tags.includes(condition.tag);
  }
}

function fieldsOf(selection: Selection): string[] {
  if (selection.kind === 'raw') return selection.field === undefined ? [] : [selection.field];
  return selection.of.flatMap(fieldsOf);
}

type Of<T extends Change['type']> = Extract<Change, { type: T }>;

const changes: { [T in Change['type']]: (working: Working, change: Of<T>) => Working } = {
  field_name_mapping: (working, { mapping }) => renameFields(working, (field) => mapping.get(field) ?? [field]),
  field_name_prefix: (working, { prefix }) => renameFields(working, (field) => [prefix + field]),
  field_name_suffix: (working, { suffix }) => renameFields(working, (field) => [field + suffix]),
  change_logsource: (working, { logsource }) => ({
    ...working,
    rule: { ...working.rule, rule: { ...working.rule.rule, logsource } },
  }),
  add_condition: addCondition,
  // The values are looked up when `expand` is applied; nothing to do but to allow it.
  value_placeholders: (working) => working,
  wildcard_placeholders: (working, { include }) => ({
    ...working,
    placeholders: { ...wildcards(working.rule, include), ...working.placeholders },
  }),
  rule_failure: ({ rule }, { message }) => {
    throw new RuleFault('SIGMA_PIPELINE_REFUSES', message, rule.rule.line);
  },
};

function renameFields(working: Working, rename: (field: string) => readonly string[]): Working {
  const selections = new Map(
    [...working.rule.selections].map(([name, selection]) => [name, renameIn(selection, rename)]),
  );
  return { ...working, rule: { ...working.rule, selections } };
}

function renameIn(selection: Selection, rename: (field: string) => readonly string[]): Selection {
  if (selection.kind !== 'raw') return { ...selection, of: selection.of.map((child) => renameIn(child, rename)) };
  if (selection.field === undefined) return selection;
  const item = referencesRenamed(selection, rename);
  const fields = rename(selection.field);
  const [only] = fields;
  if (fields.length === 1 && only !== undefined) return { ...item, field: only };
  const of = fields.map((field): Selection => ({ ...item, field }));
  // `neq` on several names: different in all of them.
  return { kind: item.modifiers.includes('neq') ? 'all' : 'any', of, line: item.line };
}

/** The values of a field reference are fields too. */
function referencesRenamed(item: RawItem, rename: (field: string) => readonly string[]): RawItem {
  if (!item.modifiers.includes('fieldref')) return item;
  const values = item.values.flatMap((value) => {
    if (typeof value.value !== 'string') return [value];
    return rename(value.value).map((name) => ({ ...value, value: name, source: name }));
  });
  return { ...item, values };
}

function addCondition(working: Working, { selection, negated }: Of<'add_condition'>): Working {
  const taken = [...working.rule.selections.keys()].filter((name) => name.startsWith('_added')).length;
  const name = `_added${taken}`;
  const selections = new Map(working.rule.selections).set(name, selection);
  const conditions = working.rule.conditions.map(({ source, line }) => ({
    source: `${negated ? 'not ' : ''}${name} and (${source})`,
    line,
  }));
  return { ...working, rule: { ...working.rule, selections, conditions } };
}

function wildcards(rule: DetectionRule, include: readonly string[]): Placeholders {
  const names = new Set<string>();
  const collect = (selection: Selection): void => {
    if (selection.kind !== 'raw') {
      for (const child of selection.of) collect(child);
      return;
    }
    if (!selection.modifiers.includes('expand')) return;
    for (const { value } of selection.values) {
      if (typeof value === 'string')
        for (const found of value.matchAll(/%([A-Za-z0-9_.-]+)%/g)) if (found[1] !== undefined) names.add(found[1]);
    }
  };
  for (const selection of rule.selections.values()) collect(selection);
  return Object.fromEntries(
    [...names].filter((name) => include.length === 0 || include.includes(name)).map((name) => [name, ['*']]),
  );
}
