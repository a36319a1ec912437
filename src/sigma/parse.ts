import { RuleFault, type RuleProblem, type Warn } from './problem.ts';
import { type Place, readMetadata, type SigmaRule } from './rule.ts';
import { readSelection, type Selection } from './syntax.ts';
import { entry, type MapTree, readYaml, type Tree, type YamlLimits } from './yaml-tree.ts';

/** A detection rule as written: selections and conditions, nothing resolved yet. */
export interface DetectionRule {
  readonly rule: SigmaRule;
  readonly selections: ReadonlyMap<string, Selection>;
  /** Joined by or. */
  readonly conditions: readonly { readonly source: string; readonly line: number }[];
}

/** A meta rule: its document and what it says about itself; read further where its kind is understood. */
export interface MetaRule {
  readonly rule: SigmaRule;
  readonly body: MapTree;
}

export interface ParsedRules {
  readonly detections: readonly DetectionRule[];
  readonly correlations: readonly MetaRule[];
  readonly filters: readonly { readonly tree: MapTree; readonly place: Place }[];
  readonly problems: readonly RuleProblem[];
}

export interface RuleFile {
  readonly file: string;
  readonly text: string;
}

/** Reads files of one or more documents each. What cannot be read is a problem with its place; the rest is read. */
export function parseRules(files: readonly RuleFile[], limits?: YamlLimits): ParsedRules {
  const detections: DetectionRule[] = [];
  const correlations: MetaRule[] = [];
  const filters: { tree: MapTree; place: Place }[] = [];
  const problems: RuleProblem[] = [];
  for (const { file, text } of files) {
    guard(file, problems, undefined, () => {
      const documents = readYaml(text, limits);
      let common: MapTree | undefined;
      for (const { tree, text: source, line } of documents) {
        guard(file, problems, tree, () => {
          if (tree instanceof RuleFault) throw tree;
          // `---` at the end of a file opens an empty document.
          if (tree.kind === 'scalar' && tree.value === null && documents.length > 1) return;
          if (tree.kind !== 'map')
            throw new RuleFault('SIGMA_DOCUMENT', `a rule is a map, not a ${tree.kind}`, tree.line);
          const action = entry(tree, 'action');
          if (action?.kind === 'scalar' && action.value === 'global') {
            common = tree;
            return;
          }
          if (action?.kind === 'scalar' && action.value === 'reset') {
            common = undefined;
            return;
          }
          const whole = common ? merge(common, tree) : tree;
          const place = { file, line, text: source };
          const warn: Warn = (code, message, at) =>
            problems.push({ severity: 'warning', code, file, line: at, message });
          if (entry(whole, 'correlation'))
            correlations.push({ rule: readMetadata(whole, 'correlation', place, warn), body: whole });
          else if (entry(whole, 'filter')) filters.push({ tree: whole, place });
          else detections.push(readDetection(whole, place, warn));
        });
      }
    });
  }
  return { detections, correlations, filters, problems };
}

/** Runs `read`; a fault becomes an error with file and line. Anything else is a defect and goes up. */
export function guard(
  file: string,
  problems: RuleProblem[],
  tree: Tree | RuleFault | undefined,
  read: () => void,
  ruleId?: string,
): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof RuleFault)) throw error;
    const id = ruleId ?? (tree && 'kind' in tree ? idOf(tree) : undefined);
    problems.push({
      severity: 'error',
      code: error.code,
      file,
      line: error.line,
      message: error.message,
      ...(id !== undefined && { ruleId: id }),
    });
  }
}

function idOf(tree: Tree): string | undefined {
  const id = entry(tree, 'id');
  return id?.kind === 'scalar' && typeof id.value === 'string' ? id.value : undefined;
}

function readDetection(tree: MapTree, place: Place, warn: Warn): DetectionRule {
  const rule = readMetadata(tree, 'detection', place, warn);
  const detection = entry(tree, 'detection');
  if (detection?.kind !== 'map')
    throw new RuleFault('SIGMA_DETECTION', 'a rule needs a detection section, a map', detection?.line ?? tree.line);
  const { selections, conditions } = readDetectionSection(detection);
  for (const name of selections.keys()) {
    if (name === 'timeframe')
      throw new RuleFault(
        'SIGMA_CONDITION_AGGREGATION',
        'timeframe is gone from Sigma: write a correlation rule',
        detection.line,
      );
  }
  return { rule, selections, conditions };
}

/** Selections and conditions of a `detection` or `filter` map; `skip` names keys that are neither. */
export function readDetectionSection(
  detection: MapTree,
  skip: readonly string[] = [],
): Pick<DetectionRule, 'selections' | 'conditions'> {
  const condition = entry(detection, 'condition');
  if (!condition) throw new RuleFault('SIGMA_CONDITION', 'detection has no condition', detection.line);
  const sources = condition.kind === 'list' ? condition.items : [condition];
  if (sources.length === 0) throw new RuleFault('SIGMA_CONDITION', 'the list of conditions is empty', condition.line);
  const conditions = sources.map((tree) => {
    if (tree.kind !== 'scalar' || tree.value === null)
      throw new RuleFault('SIGMA_CONDITION', 'a condition is a line of text', tree.line);
    return { source: typeof tree.value === 'string' ? tree.value : tree.source, line: tree.line };
  });
  const selections = new Map<string, Selection>();
  for (const { key, value } of detection.entries) {
    if (key !== 'condition' && !skip.includes(key)) selections.set(key, readSelection(value, key));
  }
  return { selections, conditions };
}

/** `action: global` (Sigma 1): the global document's keys stand under every later document; maps are merged. */
function merge(below: MapTree, above: MapTree): MapTree {
  const entries = new Map(below.entries.filter(({ key }) => key !== 'action').map((found) => [found.key, found]));
  for (const found of above.entries) {
    const under = entries.get(found.key)?.value;
    const value = under?.kind === 'map' && found.value.kind === 'map' ? merge(under, found.value) : found.value;
    entries.set(found.key, { ...found, value });
  }
  return { kind: 'map', entries: [...entries.values()], line: above.line };
}
