import type { LakeColumn } from '../contracts/lake.ts';
import type { LakeQueries, QueryLimits, QueryResult } from '../ports/lake.ts';
import { compileSearch, type SearchSql, type SqlValue } from './search/compile.ts';
import { parseSearch } from './search/parse.ts';
import type { Search } from './search/syntax.ts';

/** Whom, about when, and how long it may take. */
export interface Scope {
  readonly tenant: string;
  /** Epoch ms, inclusive; open where absent. */
  readonly from?: number;
  readonly to?: number;
  readonly limits: QueryLimits;
  readonly signal?: AbortSignal;
}

/** A search ready to be asked, with the time that both it and its scope leave. */
export interface Hunt {
  readonly scope: Scope;
  readonly search: Search;
  readonly sql: SearchSql;
}

/** Reads a search for a scope. @param now epoch ms. Throws `HUNT_SEARCH_SYNTAX` */
export function huntFor(scope: Scope, text: string, now: number): Hunt {
  const search = parseSearch(text, now);
  const sql = compileSearch(search);
  const from = latest(scope.from, sql.from);
  const to = earliest(scope.to, sql.to);
  const { from: _from, to: _to, ...rest } = scope;
  return {
    scope: { ...rest, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
    search,
    sql,
  };
}

/** Asks SQL of a person's own. */
export function askSql(queries: LakeQueries, { tenant, ...options }: Scope, sql: string): Promise<QueryResult> {
  return queries.query(tenant, sql, options);
}

/**
 * Asks over the events that a hunt finds. @param build is given the condition and a way to put values into the statement, and returns the
 * statement; everything else in it is ours
 */
export function askHunt(
  queries: LakeQueries,
  { scope, sql }: Hunt,
  build: (where: string, put: (value: SqlValue) => string) => string,
): Promise<QueryResult> {
  const { tenant, ...options } = scope;
  const parameters = [...sql.parameters];
  const statement = build(sql.where, (value) => {
    parameters.push(value);
    return `$${parameters.length}`;
  });
  return queries.query(tenant, statement, { ...options, parameters, words: sql.words });
}

/** An event found: what its columns say, without those that say nothing. */
export interface HuntRow {
  readonly id: string;
  /** Epoch ms. */
  readonly time: number;
  readonly columns: Readonly<Partial<Record<LakeColumn, unknown>>>;
}

/** The last row of a page: the next begins after it. */
export interface RowCursor {
  readonly time: number;
  readonly id: string;
}

export interface RowPage {
  readonly rows: readonly HuntRow[];
  /** Where to go on; null where there is nothing more. */
  readonly next: RowCursor | null;
  readonly milliseconds: number;
}

/** Events found, newest first. A page is as long as the scope's rows, or shorter where records are large. */
export async function rowsOf(queries: LakeQueries, hunt: Hunt, after: RowCursor | null): Promise<RowPage> {
  const { limits } = hunt.scope;
  // One more than asked for is never handed over: that there is one is all it says.
  const result = await askHunt(queries, hunt, (where, put) => {
    const beyond = after === null ? 'true' : beyondOf(after, put);
    return `SELECT *, epoch_ms(time)::DOUBLE AS at FROM events WHERE ${where} AND ${beyond} ORDER BY time DESC, id DESC LIMIT ${limits.rows + 1}`;
  });
  const rows = result.rows.map((row) => rowFrom(result.columns, row));
  const last = rows.at(-1);
  const next = result.truncated && last !== undefined ? { time: last.time, id: last.id } : null;
  return { rows, next, milliseconds: result.milliseconds };
}

function beyondOf({ time, id }: RowCursor, put: (value: SqlValue) => string): string {
  const at = `make_timestamp_ms(${put(time)}::BIGINT)::TIMESTAMP_MS`;
  return `(time < ${at} OR (time = ${at} AND id < ${put(id)}::VARCHAR))`;
}

const unshown = new Set(['id', 'at', 'time', 'tenant', 'hour']);

function rowFrom(names: QueryResult['columns'], row: readonly unknown[]): HuntRow {
  const columns: Record<string, unknown> = {};
  let [id, time] = ['', 0];
  names.forEach(({ name }, at) => {
    const value = row[at];
    if (name === 'id') id = String(value);
    if (name === 'at') time = Number(value);
    if (value !== null && !unshown.has(name)) columns[name] = value;
  });
  return { id, time, columns };
}

/** How many events a hunt finds. */
export async function countOf(queries: LakeQueries, hunt: Hunt): Promise<number> {
  const { rows } = await askHunt(queries, hunt, (where) => `SELECT count(*)::DOUBLE FROM events WHERE ${where}`);
  return Number(rows[0]?.[0] ?? 0);
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
