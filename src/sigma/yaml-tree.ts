import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
} from 'yaml';
import { RuleFault } from './problem.ts';

/**
 * YAML as a plain tree with lines, read from strangers' files: bounded in bytes, depth and nodes (aliases counted each
 * time they are followed, so a bomb runs out of budget), no tags but the core ones, no directives, no merge keys.
 */
export type Tree = ScalarTree | ListTree | MapTree;

export interface ScalarTree {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, for numbers: `0x10` stays distinguishable from 16. */
  readonly source: string;
  readonly line: number;
}

export interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly line: number;
}

export interface MapTree {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly line: number;
}

export interface MapEntry {
  readonly key: string;
  readonly line: number;
  readonly value: Tree;
}

export interface YamlLimits {
  readonly maxCharacters: number;
  readonly maxDocuments: number;
  readonly maxNodes: number;
  readonly maxDepth: number;
}

/** The largest public rule file is 295 KB with some 10,000 values. */
export const defaultYamlLimits: YamlLimits = {
  maxCharacters: 2_000_000,
  maxDocuments: 1_000,
  maxNodes: 200_000,
  maxDepth: 40,
};

export interface YamlDocument {
  /** A fault instead of a tree where this document is refused; the other documents stand. */
  readonly tree: Tree | RuleFault;
  readonly text: string;
  readonly line: number;
}

const coreTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Splits a file into documents. Throws RuleFault only where the whole file is refused. */
export function readYaml(text: string, limits: YamlLimits = defaultYamlLimits): YamlDocument[] {
  refuseBeforeParsing(text, limits);
  const lineCounter = new LineCounter();
  let documents: readonly Document<Node, false>[];
  try {
    const parsed = parseAllDocuments<ParsedNode, false>(text, {
      lineCounter,
      // The library's own check is quadratic in the keys of a map; ours below is not.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    documents = Array.isArray(parsed) ? (parsed as readonly Document<Node, false>[]) : [];
  } catch (error) {
    if (error instanceof RangeError) throw new RuleFault('SIGMA_YAML_DEPTH', 'nested too deeply to be read', 1);
    throw new RuleFault('SIGMA_YAML_SYNTAX', `not readable as YAML: ${String(error)}`, 1);
  }
  if (documents.length > limits.maxDocuments) {
    throw new RuleFault(
      'SIGMA_YAML_DOCUMENTS',
      `${documents.length} documents in one file, at most ${limits.maxDocuments} are read`,
      1,
    );
  }
  const budget = { nodes: limits.maxNodes };
  return documents.map((document) => readDocument(document, text, lineCounter, limits, budget));
}

/** What would make the YAML library itself slow or overflow its stack must be caught by looking at the text. */
function refuseBeforeParsing(text: string, limits: YamlLimits): void {
  if (text.length > limits.maxCharacters) {
    throw new RuleFault('SIGMA_YAML_SIZE', `${text.length} characters, at most ${limits.maxCharacters} are read`, 1);
  }
  const directive = /^%(?:YAML|TAG)\b/m.exec(text);
  if (directive)
    throw new RuleFault('SIGMA_YAML_DIRECTIVE', 'YAML directives are not read', lineOf(text, directive.index));
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5b || code === 0x7b) {
      if (++depth > 200) throw new RuleFault('SIGMA_YAML_DEPTH', 'more than 200 open [ or {', lineOf(text, i));
    } else if ((code === 0x5d || code === 0x7d) && depth > 0) depth--;
    else if (code === 0)
      throw new RuleFault('SIGMA_YAML_BINARY', 'holds a NUL character: not a text file', lineOf(text, i));
  }
  const ladder = /(?:[-?:][ \t]+){40}/.exec(text);
  if (ladder)
    throw new RuleFault('SIGMA_YAML_DEPTH', 'more than 40 levels opened on one line', lineOf(text, ladder.index));
  const indent = /^[ ]{1000}/m.exec(text);
  if (indent) throw new RuleFault('SIGMA_YAML_DEPTH', 'indented by 1,000 columns or more', lineOf(text, indent.index));
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

function readDocument(
  document: Document<Node, false>,
  text: string,
  lines: LineCounter,
  limits: YamlLimits,
  budget: { nodes: number },
): YamlDocument {
  const [start, , end] = document.range ?? [0, 0, text.length];
  const first = document.contents?.range?.[0] ?? start;
  const line = Math.max(1, lines.linePos(first).line);
  const source = text
    .slice(start, end)
    .replace(/^---[^\n]*\n/, '')
    .replace(/\n(?:---|\.\.\.)\s*$/, '\n');
  const broken = document.errors[0];
  if (broken) {
    // The library gives up by itself where its stack does not suffice.
    const code = broken.code === 'RESOURCE_EXHAUSTION' ? 'SIGMA_YAML_DEPTH' : 'SIGMA_YAML_SYNTAX';
    const fault = new RuleFault(code, broken.message.slice(0, 200), Math.max(1, lines.linePos(broken.pos[0]).line));
    return { tree: fault, text: source, line };
  }
  const anchors = new Map<string, Node>();
  try {
    return { tree: walk(document.contents, 0), text: source, line };
  } catch (error) {
    if (error instanceof RuleFault) return { tree: error, text: source, line };
    throw error;
  }

  function walk(node: unknown, depth: number): Tree {
    const at = positionOf(node, lines, line);
    if (--budget.nodes < 0)
      throw new RuleFault(
        'SIGMA_YAML_NODES',
        `more than ${limits.maxNodes} values in one file, aliases counted as often as used`,
        at,
      );
    if (depth > limits.maxDepth)
      throw new RuleFault('SIGMA_YAML_DEPTH', `nested more than ${limits.maxDepth} levels`, at);
    if (node === null || node === undefined) return { kind: 'scalar', value: null, source: '', line: at };
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (!target) throw new RuleFault('SIGMA_YAML_ALIAS', `alias *${node.source} names no anchor before it`, at);
      return walk(target, depth + 1);
    }
    const tag = (node as { tag?: string }).tag;
    if (tag !== undefined && !coreTags.has(tag))
      throw new RuleFault('SIGMA_YAML_TAG', `tag ${tag.slice(0, 80)} is not read`, at);
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor) anchors.set(anchor, node as Node);
    if (isScalar(node)) {
      const { value } = node;
      const known =
        value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      if (!known) throw new RuleFault('SIGMA_YAML_TAG', `a value of type ${typeof value} is not read`, at);
      return { kind: 'scalar', value, source: node.source ?? String(value), line: at };
    }
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => walk(item, depth + 1)), line: at };
    if (isMap(node)) {
      const seen = new Set<string>();
      const entries = node.items.map((pair): MapEntry => {
        const key = walk(pair.key, depth + 1);
        if (key.kind !== 'scalar') throw new RuleFault('SIGMA_YAML_KEY', 'a key must be a plain value', key.line);
        const name = typeof key.value === 'string' ? key.value : key.source;
        if (name === '<<') throw new RuleFault('SIGMA_YAML_MERGE', 'merge keys (<<) are not read', key.line);
        if (seen.has(name))
          throw new RuleFault(
            'SIGMA_YAML_DUPLICATE',
            `key ${JSON.stringify(name.slice(0, 80))} is given twice`,
            key.line,
          );
        seen.add(name);
        return { key: name, line: key.line, value: walk(pair.value, depth + 1) };
      });
      return { kind: 'map', entries, line: at };
    }
    throw new RuleFault('SIGMA_YAML_SYNTAX', 'a node of unknown kind', at);
  }
}

function positionOf(node: unknown, lines: LineCounter, fallback: number): number {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
  return range ? Math.max(1, lines.linePos(range[0]).line) : fallback;
}

/** The value under `key`, or undefined. */
export function entry(tree: Tree, key: string): Tree | undefined {
  return tree.kind === 'map' ? tree.entries.find((candidate) => candidate.key === key)?.value : undefined;
}

/** A scalar as text, or undefined where it is missing, null or not a scalar. */
export function textOf(tree: Tree | undefined): string | undefined {
  if (tree?.kind !== 'scalar' || tree.value === null) return undefined;
  return typeof tree.value === 'string' ? tree.value : tree.source;
}

/** A scalar or a list of scalars as texts; anything else is left out. */
export function textsOf(tree: Tree | undefined): string[] {
  if (tree === undefined) return [];
  const items = tree.kind === 'list' ? tree.items : [tree];
  return items.map(textOf).filter((text) => text !== undefined);
}
