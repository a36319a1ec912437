import { parseCondition } from './condition.ts';
import { type DetectionRule, guard, type ParsedRules, readDetectionSection } from './parse.ts';
import { RuleFault, type RuleProblem } from './problem.ts';
import { type LogSource, readLogSource } from './rule.ts';
import type { Selection } from './syntax.ts';
import { entry, type MapTree, textOf, textsOf } from './yaml-tree.ts';

interface Filter {
  readonly title: string;
  readonly logsource: LogSource;
  /** undefined: every rule that the log source covers. */
  readonly rules: ReadonlySet<string> | undefined;
  readonly selections: ReadonlyMap<string, Selection>;
  readonly condition: { readonly source: string; readonly line: number };
}

/**
 * Puts filters (meta rules) on the rules they name: a rule's condition becomes `(its own) and (the filter's)`, as in pySigma,
 * so that a filter that takes events away says `condition: not selection`.
 */
export function applyFilters(parsed: ParsedRules, problems: RuleProblem[]): readonly DetectionRule[] {
  const filters: Filter[] = [];
  for (const { tree, place } of parsed.filters) {
    guard(place.file, problems, tree, () => {
      const filter = readFilter(tree);
      const warn = (message: string) =>
        problems.push({
          severity: 'warning',
          code: 'SIGMA_FILTER',
          file: place.file,
          line: filter.condition.line,
          message: `filter ${JSON.stringify(filter.title)} ${message}`,
        });
      if (!/\bnot\b/i.test(filter.condition.source)) warn('keeps what its condition meets; "not ..." takes it away');
      const known = new Set(parsed.detections.flatMap(({ rule }) => [rule.id, rule.name ?? rule.id]));
      for (const reference of filter.rules ?? [])
        if (!known.has(reference)) warn(`names ${JSON.stringify(reference)}, which is not among the rules`);
      filters.push(filter);
    });
  }
  if (filters.length === 0) return parsed.detections;
  return parsed.detections.map((detection) =>
    filters.filter((filter) => covers(filter, detection)).reduce(apply, detection),
  );
}

function readFilter(tree: MapTree): Filter {
  const body = entry(tree, 'filter');
  const title = textOf(entry(tree, 'title'));
  if (!title) throw new RuleFault('SIGMA_TITLE', 'a filter needs a title', tree.line);
  if (body?.kind !== 'map') throw new RuleFault('SIGMA_FILTER', 'filter is a map', body?.line ?? tree.line);
  const { selections, conditions } = readDetectionSection(body, ['rules']);
  const [condition] = conditions;
  if (!condition || conditions.length > 1) throw new RuleFault('SIGMA_FILTER', 'a filter has one condition', body.line);
  parseCondition(condition.source, [...selections.keys()], condition.line);
  const references = textsOf(entry(body, 'rules'));
  if (entry(body, 'rules') === undefined)
    throw new RuleFault('SIGMA_FILTER', 'a filter names its rules, or any', body.line);
  const [only = 'any'] = references;
  const everywhere = references.length <= 1 && /^(?:any|all)$/i.test(only);
  return {
    title,
    logsource: readLogSource(entry(tree, 'logsource'), tree.line),
    rules: everywhere ? undefined : new Set(references),
    selections,
    condition,
  };
}

/** What the filter's log source leaves open covers every rule. */
function covers(filter: Filter, { rule }: DetectionRule): boolean {
  const { product, service, category } = filter.logsource;
  const { logsource } = rule;
  return (
    (product === undefined || product === logsource.product) &&
    (service === undefined || service === logsource.service) &&
    (category === undefined || category === logsource.category) &&
    (filter.rules === undefined ||
      filter.rules.has(rule.id) ||
      (rule.name !== undefined && filter.rules.has(rule.name)))
  );
}

function apply(detection: DetectionRule, filter: Filter): DetectionRule {
  const prefix = `_filter${[...detection.selections.keys()].filter((name) => name.startsWith('_filter')).length}_`;
  const selections = new Map(detection.selections);
  for (const [name, selection] of filter.selections) selections.set(prefix + name, selection);
  const condition = rename(filter.condition.source, prefix, [...filter.selections.keys()]);
  return {
    ...detection,
    selections,
    conditions: detection.conditions.map(({ source, line }) => ({ source: `(${source}) and (${condition})`, line })),
  };
}

/** The filter's names, and its name patterns, moved behind the prefix; `them` is its own selections. */
function rename(source: string, prefix: string, names: readonly string[]): string {
  const words = source.match(/[()]|[^\s()]+/g) ?? [];
  const renamed = words.map((word, i) => {
    if (words[i - 1]?.toLowerCase() === 'of') return word.toLowerCase() === 'them' ? `${prefix}*` : prefix + word;
    return names.includes(word) && words[i + 1]?.toLowerCase() !== 'of' ? prefix + word : word;
  });
  return renamed.join(' ');
}
