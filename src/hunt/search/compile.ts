import { wordInRaw, wordPattern } from '../../contracts/words.ts';
import type { Piece, Search, Term } from './syntax.ts';

export type SqlValue = string | number | boolean;

/** A search as a condition over `events`. */
export interface SearchSql {
  /** True or false for every row, never null. What was searched for is in it only as `$1`, `$2`, ... */
  readonly where: string;
  readonly parameters: readonly SqlValue[];
  /** Words that every event found has in its raw record: for the index. */
  readonly words: readonly string[];
  /** Every event found is in [from, to], epoch ms. */
  readonly from?: number;
  readonly to?: number;
}

/** Compiles a search. @param first number of its first parameter */
export function compileSearch(search: Search, first = 1): SearchSql {
  const parameters: SqlValue[] = [];
  const put = (value: SqlValue): string => {
    parameters.push(value);
    return `$${first + parameters.length - 1}`;
  };
  const where = condition(search, put);
  const musts = search.kind === 'and' ? search.parts : [search];
  const words: string[] = [];
  let [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const must of musts) {
    if (must.kind !== 'term') continue;
    const { test, columns } = must;
    const [piece] = test.kind === 'words' && test.pieces.length === 1 ? test.pieces : [];
    if (piece !== undefined && 'text' in piece) words.push(piece.text);
    if (test.kind === 'time' && columns.length === 1 && columns[0] === 'time') {
      from = Math.max(from, test.from);
      to = Math.min(to, test.to);
    }
  }
  return {
    where,
    parameters,
    words,
    ...(Number.isFinite(from) ? { from } : {}),
    ...(Number.isFinite(to) ? { to } : {}),
  };
}

type Put = (value: SqlValue) => string;

function condition(search: Search, put: Put): string {
  switch (search.kind) {
    case 'all':
      return 'true';
    case 'not':
      return `(NOT ${condition(search.part, put)})`;
    case 'term':
      return termCondition(search, put);
    default:
      return `(${search.parts.map((part) => condition(part, put)).join(search.kind === 'and' ? ' AND ' : ' OR ')})`;
  }
}

function termCondition({ columns, test }: Term, put: Put): string {
  const tests = columns.map((column) => `coalesce(${columnTest(`"${column}"`, test, put)}, false)`);
  return tests.length === 1 && tests[0] !== undefined ? tests[0] : `(${tests.join(' OR ')})`;
}

function columnTest(column: string, test: Term['test'], put: Put): string {
  switch (test.kind) {
    case 'present':
      return `${column} IS NOT NULL`;
    case 'flag':
      return `${column} = ${put(test.is)}::BOOLEAN`;
    case 'number':
      return between(column, test, (bound) => `${put(bound)}::BIGINT`);
    case 'time':
      return between(column, test, (bound) => `make_timestamp_ms(${put(bound)}::BIGINT)::TIMESTAMP_MS`);
    case 'text':
      return textCondition(column, test.pieces, put);
    case 'words':
      return wordsCondition(column, test.pieces, put);
  }
}

/** A date that no timestamp can hold bounds nothing. */
const LATEST = 8.64e15;

function between(column: string, { from, to }: { from: number; to: number }, bound: (at: number) => string): string {
  if (from > to) return 'false';
  const bounds: string[] = [];
  if (from > -LATEST) bounds.push(`${column} >= ${bound(from)}`);
  if (to < LATEST) bounds.push(`${column} <= ${bound(to)}`);
  return bounds.length === 0 ? `${column} IS NOT NULL` : `(${bounds.join(' AND ')})`;
}

function textCondition(column: string, pieces: readonly Piece[], put: Put): string {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined && 'text' in only)
    return `lower(${column}) = lower(${put(only.text)}::VARCHAR)`;
  const pattern = pieces
    .map((piece) => ('text' in piece ? piece.text.replaceAll(/[!%_]/g, '!$&') : piece.wild === '*' ? '%' : '_'))
    .join('');
  return `lower(${column}) LIKE lower(${put(pattern)}::VARCHAR) ESCAPE '!'`;
}

/** The longest text is looked for first: that is fast and lets too much through. The pattern decides. */
function wordsCondition(column: string, pieces: readonly Piece[], put: Put): string {
  const longest = pieces.reduce(
    (best, piece) => ('text' in piece && piece.text.length > best.length ? piece.text : best),
    '',
  );
  const pattern = `regexp_matches(${column}, ${put(rawPattern(pieces))}::VARCHAR)`;
  if (longest === '') return pattern;
  return `(contains(lower(${column}), lower(${put(wordInRaw(longest))}::VARCHAR)) AND ${pattern})`;
}

function rawPattern(pieces: readonly Piece[]): string {
  return pieces
    .map((piece, at) => {
      if ('wild' in piece) return piece.wild === '*' ? '[\\s\\S]*' : '[\\s\\S]';
      return wordPattern(piece.text, { before: at === 0, after: at === pieces.length - 1 });
    })
    .join('');
}
