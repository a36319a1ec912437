import type { LakeColumn } from '../../contracts/lake.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Search, Term } from '../search/syntax.ts';
import { nativeField, type Sample } from './native-fields.ts';
import { type Condition, sigmaText, textCondition } from './sigma-value.ts';

export interface DraftDetection {
  /** Selections by name, and the condition. */
  readonly detection: Readonly<Record<string, unknown>>;
  /** What the rule says otherwise than the search, or not at all. */
  readonly notes: readonly string[];
}

/** What a rule says by its logsource, or not at all. */
const beside: ReadonlySet<LakeColumn> = new Set<LakeColumn>([
  'kind',
  'product',
  'service',
  'category',
  'source',
  'lens',
  'time',
  'received',
  'time_suspect',
  'id',
  'outcome',
  'process_key',
  'parent_key',
]);

/** A search as the `detection` of a Sigma rule, with the field names of the sampled records. Throws `HUNT_DRAFT_IMPOSSIBLE` (422). */
export function detectionOf(search: Search, samples: readonly Sample[]): DraftDetection {
  const notes: string[] = [];
  const selections: Record<string, unknown> = {};
  const shared: Record<string, string | number> = {};
  let named = 0;
  const select = (selection: unknown): string => {
    named += 1;
    const name = `part_${named}`;
    selections[name] = selection;
    return name;
  };

  const say = (part: Search): string => {
    if (part.kind === 'all') return select({ EventID: '*' });
    if (part.kind === 'not') return `not ${group(part.part, say)}`;
    if (part.kind === 'term') return termSelections(part, samples, notes).map(select).join(' or ');
    return part.parts.map((each) => group(each, say)).join(` ${part.kind} `);
  };

  const parts: string[] = [];
  for (const must of search.kind === 'and' ? search.parts : [search]) {
    const [negated, inner] = must.kind === 'not' ? [true, must.part] : [false, must];
    if (inner.kind === 'term' && inner.columns.every((column) => beside.has(column))) {
      notes.push(
        `${negated ? '-' : ''}${inner.text} is no part of a rule: its logsource says where events come from, and rules know no time`,
      );
      continue;
    }
    const conditions = must.kind === 'term' ? single(must, samples, notes) : undefined;
    if (conditions?.every(({ key }) => !(key in shared))) for (const { key, value } of conditions) shared[key] = value;
    else parts.push(group(must, say));
  }
  const isShared = Object.keys(shared).length > 0;
  if (!isShared && parts.length === 0)
    throw impossible(
      'nothing of this search can be said by a rule; add a field or a word that what you hunt must have',
    );
  const condition = [...(isShared ? ['selection'] : []), ...parts].join(' and ');
  return {
    detection: { ...(isShared ? { selection: shared } : {}), ...selections, condition },
    notes: [...new Set(notes)],
  };
}

/** In parentheses, unless it is a name alone. */
function group(part: Search, say: (part: Search) => string): string {
  const said = say(part);
  return said.includes(' ') ? `(${said})` : said;
}

/** Conditions of a term that is one map; undefined for words and for what is in several fields. */
function single(term: Term, samples: readonly Sample[], notes: string[]): readonly Condition[] | undefined {
  if (term.test.kind === 'words' || term.columns.length > 1) return undefined;
  return conditionsOf(term, term.columns[0] as LakeColumn, samples, notes);
}

function termSelections(term: Term, samples: readonly Sample[], notes: string[]): readonly unknown[] {
  if (term.test.kind === 'words') {
    notes.push(
      `${term.text}: a rule looks for it in values of the record, also as part of a longer word, and not in names of fields`,
    );
    return [[sigmaText(term.test.pieces)]];
  }
  const selections = term.columns.flatMap((column) => {
    const conditions = conditionsOf(term, column, samples, notes);
    return conditions === undefined ? [] : [Object.fromEntries(conditions.map(({ key, value }) => [key, value]))];
  });
  if (selections.length > 0) return selections;
  throw impossible(
    `no field of the records found holds what ${term.text} asks for; leave it out, or write the rule by hand`,
  );
}

function conditionsOf(
  term: Term,
  column: LakeColumn,
  samples: readonly Sample[],
  notes: string[],
): readonly Condition[] | undefined {
  const { test } = term;
  const field = beside.has(column) ? undefined : nativeField(column, samples);
  if (field === undefined) return undefined;
  if (test.kind === 'present') return [{ key: field.name, value: '*' }];
  if (test.kind === 'text') {
    const condition = textCondition(field, test.pieces);
    if (condition.note !== undefined) notes.push(`${term.text}: ${condition.note}`);
    return [condition];
  }
  if (test.kind !== 'number') return undefined;
  if (test.from === test.to) return [{ key: field.name, value: test.from }];
  return [
    ...(Number.isFinite(test.from) ? [{ key: `${field.name}|gte`, value: test.from }] : []),
    ...(Number.isFinite(test.to) ? [{ key: `${field.name}|lte`, value: test.to }] : []),
  ];
}

function impossible(why: string): BridgewatchError {
  return new BridgewatchError('HUNT_DRAFT_IMPOSSIBLE', why, 422);
}
