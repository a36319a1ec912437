import { RuleFault } from './problem.ts';
import type { ScalarTree, Tree } from './yaml-tree.ts';

/** A detection as written: nothing resolved, so that pipelines and filters can still change it. */
export type Selection =
  | RawItem
  | { readonly kind: 'all' | 'any'; readonly of: readonly Selection[]; readonly line: number };

export interface RawItem {
  readonly kind: 'raw';
  readonly field: string | undefined;
  readonly modifiers: readonly string[];
  readonly values: readonly RawValue[];
  readonly line: number;
}

export type RawValue = Pick<ScalarTree, 'value' | 'source' | 'line'>;

/** A selection from its YAML: a map (all of its lines), a list of maps (any), keywords (a value or a list of values). */
export function readSelection(tree: Tree, name: string): Selection {
  if (tree.kind === 'scalar') {
    if (tree.value === null) throw new RuleFault('SIGMA_SELECTION_EMPTY', `selection ${name} is empty`, tree.line);
    return { kind: 'raw', field: undefined, modifiers: [], values: [tree], line: tree.line };
  }
  if (tree.kind === 'map') return readMap(tree, name);
  if (tree.items.length === 0)
    throw new RuleFault('SIGMA_SELECTION_EMPTY', `selection ${name} is an empty list`, tree.line);
  const keywords = tree.items.filter((item) => item.kind === 'scalar');
  const rest = tree.items.filter((item) => item.kind !== 'scalar').map((item) => readSelection(item, name));
  if (keywords.length === 0) return { kind: 'any', of: rest, line: tree.line };
  const search: RawItem = { kind: 'raw', field: undefined, modifiers: [], values: keywords, line: tree.line };
  return rest.length === 0 ? search : { kind: 'any', of: [search, ...rest], line: tree.line };
}

function readMap(tree: Tree & { kind: 'map' }, name: string): Selection {
  if (tree.entries.length === 0)
    throw new RuleFault('SIGMA_SELECTION_EMPTY', `selection ${name} is an empty map`, tree.line);
  const of = tree.entries.map(({ key, line, value }): Selection => {
    const [field = '', ...modifiers] = key.split('|');
    return { kind: 'raw', field: field === '' ? undefined : field, modifiers, values: readValues(value, key), line };
  });
  return { kind: 'all', of, line: tree.line };
}

function readValues(tree: Tree, key: string): RawValue[] {
  if (tree.kind === 'scalar') return [tree];
  if (tree.kind === 'list' && tree.items.length > 0) {
    return tree.items.map((item) => {
      if (item.kind !== 'scalar')
        throw new RuleFault('SIGMA_VALUE_KIND', `${key}: a list of values may hold no ${item.kind}`, item.line);
      return item;
    });
  }
  const why =
    tree.kind === 'list' ? 'an empty list matches nothing' : 'a field takes a value or a list of values, not a map';
  throw new RuleFault('SIGMA_VALUE_KIND', `${key}: ${why}`, tree.line);
}
