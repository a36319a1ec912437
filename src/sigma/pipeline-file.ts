import { guard, type RuleFile } from './parse.ts';
import type { Change, Pipeline, RuleCondition, Transformation } from './pipeline.ts';
import { RuleFault, type RuleProblem } from './problem.ts';
import { readSelection } from './syntax.ts';
import { entry, type MapTree, readYaml, type Tree, textOf, textsOf } from './yaml-tree.ts';

/** Reads pySigma pipeline files. A file with anything this engine cannot do is refused as a whole, and said. */
export function readPipelines(files: readonly RuleFile[]): {
  pipelines: readonly Pipeline[];
  problems: readonly RuleProblem[];
} {
  const pipelines: Pipeline[] = [];
  const problems: RuleProblem[] = [];
  for (const { file, text } of files) {
    guard(file, problems, undefined, () => {
      for (const { tree } of readYaml(text)) {
        if (tree instanceof RuleFault) throw tree;
        if (tree.kind === 'map') pipelines.push(readPipeline(tree));
        else if (tree.kind !== 'scalar' || tree.value !== null) throw refusal('a pipeline is a map', tree);
      }
    });
  }
  return { pipelines, problems };
}

const refusal = (message: string, tree: Tree): RuleFault =>
  new RuleFault('SIGMA_PIPELINE', `pipeline: ${message}`, tree.line);

function readPipeline(tree: MapTree): Pipeline {
  for (const { key, line } of tree.entries) {
    if (!['name', 'priority', 'vars', 'transformations', 'allowed_backends'].includes(key))
      throw new RuleFault('SIGMA_PIPELINE', `pipeline: ${JSON.stringify(key)} is not supported`, line);
  }
  const priority = entry(tree, 'priority');
  const vars = entry(tree, 'vars');
  const transformations = entry(tree, 'transformations');
  if (transformations?.kind !== 'list') throw refusal('transformations is a list', transformations ?? tree);
  return {
    name: textOf(entry(tree, 'name')) ?? '',
    priority: priority?.kind === 'scalar' && typeof priority.value === 'number' ? priority.value : 0,
    placeholders:
      vars?.kind === 'map' ? Object.fromEntries(vars.entries.map(({ key, value }) => [key, textsOf(value)])) : {},
    transformations: transformations.items.map(readTransformation),
  };
}

const shared = new Set(['id', 'type', 'rule_conditions', 'rule_cond_op']);

function readTransformation(tree: Tree): Transformation {
  if (tree.kind !== 'map') throw refusal('a transformation is a map', tree);
  const type = textOf(entry(tree, 'type')) ?? '';
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (!kind)
    throw refusal(`transformation ${JSON.stringify(type)} is not one of ${Object.keys(kinds).join(', ')}`, tree);
  for (const { key, value } of tree.entries) {
    if (!shared.has(key) && !kind.keys.includes(key))
      throw refusal(`${type} with ${JSON.stringify(key)} is not supported`, value);
  }
  const when = entry(tree, 'rule_conditions');
  return {
    when:
      when === undefined ? [] : when.kind === 'list' ? when.items.map(readRuleCondition) : [readRuleCondition(when)],
    linking: textOf(entry(tree, 'rule_cond_op'))?.toLowerCase() === 'or' ? 'or' : 'and',
    change: kind.read(tree),
  };
}

const kinds: Readonly<Record<string, { readonly keys: readonly string[]; readonly read: (tree: MapTree) => Change }>> =
  {
    field_name_mapping: {
      keys: ['mapping'],
      read: (tree) => {
        const mapping = needMap(tree, 'mapping');
        return {
          type: 'field_name_mapping',
          mapping: new Map(mapping.entries.map(({ key, value }) => [key, textsOf(value)])),
        };
      },
    },
    field_name_prefix: {
      keys: ['prefix'],
      read: (tree) => ({ type: 'field_name_prefix', prefix: needText(tree, 'prefix') }),
    },
    field_name_suffix: {
      keys: ['suffix'],
      read: (tree) => ({ type: 'field_name_suffix', suffix: needText(tree, 'suffix') }),
    },
    change_logsource: {
      keys: ['product', 'service', 'category'],
      read: (tree) => ({ type: 'change_logsource', logsource: logsourceOf(tree) }),
    },
    add_condition: {
      keys: ['conditions', 'negated'],
      read: (tree) => {
        const negated = entry(tree, 'negated');
        return {
          type: 'add_condition',
          selection: readSelection(needMap(tree, 'conditions'), 'conditions'),
          negated: negated?.kind === 'scalar' && negated.value === true,
        };
      },
    },
    value_placeholders: {
      keys: ['include'],
      read: (tree) => ({ type: 'value_placeholders', include: textsOf(entry(tree, 'include')) }),
    },
    wildcard_placeholders: {
      keys: ['include'],
      read: (tree) => ({ type: 'wildcard_placeholders', include: textsOf(entry(tree, 'include')) }),
    },
    rule_failure: { keys: ['message'], read: (tree) => ({ type: 'rule_failure', message: needText(tree, 'message') }) },
  };

function readRuleCondition(tree: Tree): RuleCondition {
  const type = textOf(entry(tree, 'type'));
  if (type === 'logsource') return { type, logsource: logsourceOf(tree) };
  if (type === 'contains_field') return { type, field: needText(tree, 'field') };
  if (type === 'tag') return { type, tag: needText(tree, 'tag') };
  throw refusal(`rule condition ${JSON.stringify(type)} is not one of logsource, contains_field, tag`, tree);
}

function logsourceOf(tree: Tree): { product?: string; service?: string; category?: string } {
  const found = ['product', 'service', 'category'].flatMap((key) => {
    const text = textOf(entry(tree, key));
    return text === undefined ? [] : [[key, text] as const];
  });
  if (found.length === 0) throw refusal('a log source names product, service or category', tree);
  return Object.fromEntries(found);
}

function needText(tree: Tree, key: string): string {
  const text = textOf(entry(tree, key));
  if (text === undefined) throw refusal(`${key} is missing`, tree);
  return text;
}

function needMap(tree: Tree, key: string): MapTree {
  const found = entry(tree, key);
  if (found?.kind !== 'map') throw refusal(`${key} is a map`, found ?? tree);
  return found;
}
