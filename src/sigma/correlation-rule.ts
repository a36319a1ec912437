import type { MetaRule } from './parse.ts';
import { RuleFault, type Warn } from './problem.ts';
import type { SigmaRule } from './rule.ts';
import { entry, type MapTree, type Tree, textOf, textsOf } from './yaml-tree.ts';

export const correlationTypes = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
] as const;
export type CorrelationType = (typeof correlationTypes)[number];

/** A correlation rule, read; its references are names or ids still to be looked up. */
export interface CorrelationRule {
  readonly rule: SigmaRule;
  readonly type: CorrelationType;
  readonly references: readonly string[];
  readonly groupBy: readonly string[];
  /** Milliseconds. */
  readonly timespan: number;
  readonly bounds: Bounds;
  /** The field whose values are counted, summed or ranked. */
  readonly field: string | undefined;
  /** 0-100, for value_percentile. */
  readonly percentile: number;
  /** alias -> reference -> field in that rule's events. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Whether the referenced rules are also matches by themselves. */
  readonly generate: boolean;
}

/** What the figure must satisfy; several bounds make a range. */
export type Bounds = readonly { readonly than: BoundKind; readonly value: number }[];
export type BoundKind = 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';

const boundTests: Record<BoundKind, (figure: number, limit: number) => boolean> = {
  gt: (figure, limit) => figure > limit,
  gte: (figure, limit) => figure >= limit,
  lt: (figure, limit) => figure < limit,
  lte: (figure, limit) => figure <= limit,
  eq: (figure, limit) => figure === limit,
  neq: (figure, limit) => figure !== limit,
};

export function withinBounds(bounds: Bounds, figure: number): boolean {
  return bounds.every(({ than, value }) => boundTests[than](figure, value));
}

/** True where more can only help: such a rule is judged at every event, the others when a window is over. */
export function onlyLowerBounds(bounds: Bounds): boolean {
  return bounds.every(({ than }) => than === 'gt' || than === 'gte');
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const known = new Set(['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate', 'field']);

/** Throws RuleFault with the line of what is wrong. */
export function readCorrelation({ rule, body }: MetaRule, warn: Warn): CorrelationRule {
  const section = entry(body, 'correlation');
  if (section?.kind !== 'map')
    throw new RuleFault('SIGMA_CORRELATION', 'correlation is a map', section?.line ?? body.line);
  for (const { key, line } of section.entries)
    if (!known.has(key)) warn('SIGMA_CORRELATION_KEY', `correlation has no ${JSON.stringify(key)}`, line);
  const typeName = textOf(entry(section, 'type'));
  const type = correlationTypes.find((candidate) => candidate === typeName);
  if (!type)
    throw fault(section, 'type', `type is one of ${correlationTypes.join(', ')}, not ${JSON.stringify(typeName)}`);
  const references = textsOf(entry(section, 'rules'));
  if (references.length === 0) throw fault(section, 'rules', 'rules names at least one rule, by name or id');
  const condition = entry(section, 'condition');
  const { bounds, field, percentile } = readCorrelationCondition(condition, type, references.length, section);
  return {
    rule,
    type,
    references,
    groupBy: textsOf(entry(section, 'group-by')),
    timespan: readTimespan(section),
    bounds,
    field: field ?? textOf(entry(section, 'field')),
    percentile,
    aliases: readAliases(entry(section, 'aliases'), references),
    generate: flag(entry(section, 'generate') ?? entry(body, 'generate')),
  };
}

const flag = (tree: Tree | undefined): boolean => tree?.kind === 'scalar' && tree.value === true;

function fault(section: MapTree, key: string, message: string): RuleFault {
  const line = section.entries.find((candidate) => candidate.key === key)?.line ?? section.line;
  return new RuleFault('SIGMA_CORRELATION', `correlation: ${message}`, line);
}

function readTimespan(section: MapTree): number {
  const text = textOf(entry(section, 'timespan')) ?? '';
  const found = /^(\d{1,9})([smhd])$/.exec(text);
  const span = Number(found?.[1] ?? 0) * (units[found?.[2] ?? ''] ?? 0);
  if (span <= 0)
    throw fault(section, 'timespan', `timespan is a number and s, m, h or d, like 90m, not ${JSON.stringify(text)}`);
  return span;
}

function readCorrelationCondition(
  tree: Tree | undefined,
  type: CorrelationType,
  rules: number,
  section: MapTree,
): { bounds: Bounds; field: string | undefined; percentile: number } {
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  if (tree === undefined && temporal)
    return { bounds: [{ than: 'gte', value: rules }], field: undefined, percentile: 50 };
  if (tree?.kind !== 'map')
    throw fault(
      section,
      'condition',
      `condition is a map like { gte: 10 }${temporal ? '; expressions over rule names are not supported' : ''}`,
    );
  const bounds: { than: BoundKind; value: number }[] = [];
  for (const { key, value, line } of tree.entries) {
    if (key === 'field' || key === 'percentile') continue;
    if (!Object.hasOwn(boundTests, key))
      throw new RuleFault(
        'SIGMA_CORRELATION',
        `condition takes gt, gte, lt, lte, eq, neq, field, percentile, not ${JSON.stringify(key)}`,
        line,
      );
    if (value.kind !== 'scalar' || typeof value.value !== 'number')
      throw new RuleFault('SIGMA_CORRELATION', `${key} takes a number`, line);
    bounds.push({ than: key as BoundKind, value: value.value });
  }
  if (bounds.length === 0) throw fault(section, 'condition', 'condition compares with nothing');
  const field = textOf(entry(tree, 'field'));
  if (type.startsWith('value_') && !field && !textOf(entry(section, 'field')))
    throw fault(section, 'condition', `${type} needs the field to look at`);
  const share = entry(tree, 'percentile');
  const percentile = share?.kind === 'scalar' && typeof share.value === 'number' ? share.value : undefined;
  if (type === 'value_percentile' && (percentile === undefined || percentile < 0 || percentile > 100)) {
    throw fault(section, 'condition', 'value_percentile needs percentile, 0 to 100');
  }
  if (
    type === 'temporal_ordered' &&
    !(onlyLowerBounds(bounds) && !withinBounds(bounds, rules - 1) && withinBounds(bounds, rules))
  ) {
    throw fault(
      section,
      'condition',
      'temporal_ordered asks for all of its rules; part of them in order is not supported',
    );
  }
  return { bounds, field, percentile: percentile ?? 50 };
}

function readAliases(tree: Tree | undefined, references: readonly string[]): CorrelationRule['aliases'] {
  const aliases = new Map<string, ReadonlyMap<string, string>>();
  if (tree === undefined) return aliases;
  if (tree.kind !== 'map')
    throw new RuleFault('SIGMA_CORRELATION', 'aliases is a map of alias to rule to field', tree.line);
  for (const { key, value, line } of tree.entries) {
    if (value.kind !== 'map') throw new RuleFault('SIGMA_CORRELATION', `alias ${key} is a map of rule to field`, line);
    const fields = new Map<string, string>();
    for (const each of value.entries) {
      const field = textOf(each.value);
      if (!references.includes(each.key))
        throw new RuleFault(
          'SIGMA_CORRELATION',
          `alias ${key} names ${JSON.stringify(each.key)}, which is not among the rules`,
          each.line,
        );
      if (!field)
        throw new RuleFault('SIGMA_CORRELATION', `alias ${key} of ${each.key} is the name of a field`, each.line);
      fields.set(each.key, field);
    }
    aliases.set(key, fields);
  }
  return aliases;
}
