import { RuleFault, type Warn } from './problem.ts';
import { entry, type MapTree, type Tree, textOf, textsOf } from './yaml-tree.ts';

export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof levels)[number];

export interface LogSource {
  readonly product?: string;
  readonly service?: string;
  readonly category?: string;
}

/** What a rule says about itself. */
export interface SigmaRule {
  /** As given; where a rule has none, a digest of file and title: stable while neither changes. */
  readonly id: string;
  /** The short name that correlations may refer to. */
  readonly name: string | undefined;
  readonly title: string;
  readonly level: Level;
  readonly status: string | undefined;
  readonly description: string | undefined;
  readonly file: string;
  /** 1-based line where its document begins. */
  readonly line: number;
  /** The source of its document. */
  readonly text: string;
  readonly kind: 'detection' | 'correlation';
  readonly logsource: LogSource;
  readonly tags: readonly string[];
  /** ATT&CK technique ids from the tags: `T1003.001`. */
  readonly techniques: readonly string[];
  /** ATT&CK tactics from the tags, with hyphens: `credential-access`. */
  readonly tactics: readonly string[];
  readonly falsePositives: readonly string[];
  /** False where the rule only feeds a correlation that does not ask for `generate`: it is then not a match by itself. */
  reported: boolean;
}

/** Where a rule was read. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const statuses = new Set(['stable', 'test', 'experimental', 'deprecated', 'unsupported']);

/** Reads what every kind of rule has. Doubtful values are warned of and take their default. */
export function readMetadata(tree: MapTree, kind: SigmaRule['kind'], place: Place, warn: Warn): SigmaRule {
  const title = textOf(entry(tree, 'title'))?.trim();
  if (!title) throw new RuleFault('SIGMA_TITLE', 'a rule needs a title', tree.line);
  if (title.length > 256)
    warn('SIGMA_TITLE', `title of ${title.length} characters, at most 256`, lineOf(tree, 'title'));
  const id = textOf(entry(tree, 'id'))?.trim();
  if (!id) warn('SIGMA_ID', 'no id: one is derived from file and title', tree.line);
  const status = textOf(entry(tree, 'status'));
  if (status !== undefined && !statuses.has(status))
    warn(
      'SIGMA_STATUS',
      `status ${JSON.stringify(status)} is not one of ${[...statuses].join(', ')}`,
      lineOf(tree, 'status'),
    );
  const tags = textsOf(entry(tree, 'tags'));
  return {
    id: id || derivedId(place.file, title),
    name: textOf(entry(tree, 'name')),
    title,
    level: readLevel(tree, warn),
    status,
    description: textOf(entry(tree, 'description')),
    ...place,
    kind,
    logsource: kind === 'detection' ? readLogSource(entry(tree, 'logsource'), tree.line) : {},
    tags,
    techniques: unique(tags.flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? [])),
    tactics: unique(tags.flatMap((tag) => tacticOf(tag) ?? [])),
    falsePositives: textsOf(entry(tree, 'falsepositives')),
    reported: true,
  };
}

function readLevel(tree: MapTree, warn: Warn): Level {
  const text = textOf(entry(tree, 'level'));
  const level = levels.find((candidate) => candidate === text?.toLowerCase());
  if (text !== undefined && level === undefined)
    warn(
      'SIGMA_LEVEL',
      `level ${JSON.stringify(text)} is not one of ${levels.join(', ')}; medium is taken`,
      lineOf(tree, 'level'),
    );
  return level ?? 'medium';
}

export function readLogSource(tree: Tree | undefined, line: number): LogSource {
  if (tree?.kind !== 'map')
    throw new RuleFault(
      'SIGMA_LOGSOURCE',
      'a rule needs a logsource with product, service or category',
      tree?.line ?? line,
    );
  const [product, service, category] = ['product', 'service', 'category'].map((key) => textOf(entry(tree, key)));
  if (product === undefined && service === undefined && category === undefined) {
    throw new RuleFault('SIGMA_LOGSOURCE', 'logsource names no product, service or category', tree.line);
  }
  return {
    ...(product !== undefined && { product }),
    ...(service !== undefined && { service }),
    ...(category !== undefined && { category }),
  };
}

/** ATT&CK tactics; other `attack.` tags are techniques, groups (`g0032`), software and campaigns. */
const tactics = new Set([
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'stealth',
  'defense-impairment',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
]);

function tacticOf(tag: string): string | undefined {
  const name = /^attack\.([a-z_-]+)$/i.exec(tag)?.[1]?.toLowerCase().replaceAll('_', '-');
  return name !== undefined && tactics.has(name) ? name : undefined;
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];
const lineOf = (tree: MapTree, key: string): number =>
  tree.entries.find((candidate) => candidate.key === key)?.line ?? tree.line;

/** Not for secrets: four rounds of 32-bit FNV-1a, written as a UUID. */
function derivedId(file: string, title: string): string {
  const hex = [0, 1, 2, 3].map((round) => {
    let hash = 0x811c9dc5 ^ round;
    for (const character of `${round}\n${file}\n${title}`)
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  });
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
