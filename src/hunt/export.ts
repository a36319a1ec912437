import { lakeColumns } from '../contracts/lake.ts';
import type { LakeQueries } from '../ports/lake.ts';
import { askHunt, type Hunt, type RowCursor } from './ask.ts';

/** Rows of an answer with the names and DuckDB's types of their columns. */
export interface Table {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Rows that one export may have. */
export const MOST_EXPORTED = 1_000_000;
const PAGE = 5000;
const names = lakeColumns.map(([name]) => `"${name}"`).join(', ');
export const exportColumns: Table['columns'] = lakeColumns.map(([name, type]) => ({ name, type }));
const idAt = lakeColumns.findIndex(([name]) => name === 'id');

/** All columns of the events found, newest first, page by page. @param most rows at most, up to `MOST_EXPORTED` */
export async function* exportRows(queries: LakeQueries, hunt: Hunt, most: number): AsyncGenerator<Table['rows']> {
  let after: RowCursor | null = null;
  let left = Math.min(most, MOST_EXPORTED);
  while (left > 0) {
    const size = Math.min(PAGE, left);
    const to = after?.time ?? hunt.scope.to;
    const scope = {
      ...hunt.scope,
      limits: { ...hunt.scope.limits, rows: size },
      ...(to === undefined ? {} : { to }),
    };
    const before: RowCursor | null = after;
    const result = await askHunt(queries, { ...hunt, scope }, (where, put) => {
      const at = before === null ? '' : `make_timestamp_ms(${put(before.time)}::BIGINT)::TIMESTAMP_MS`;
      const beyond = before === null ? 'true' : `(time < ${at} OR id < ${put(before.id)}::VARCHAR)`;
      return `SELECT ${names}, epoch_ms(time)::DOUBLE FROM events WHERE ${where} AND ${beyond} ORDER BY time DESC, id DESC LIMIT ${size + 1}`;
    });
    const last = result.rows.at(-1);
    if (last === undefined) return;
    yield result.rows.map((row) => row.slice(0, -1));
    if (!result.truncated) return;
    after = { time: Number(last.at(-1)), id: String(last[idAt]) };
    left -= result.rows.length;
  }
}
