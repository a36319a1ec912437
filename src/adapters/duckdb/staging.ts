import { BIGINT, BOOLEAN, DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import { type LakeValue, lakeColumns } from '../../contracts/lake.ts';
import { type Engine, literal } from './engine.ts';

/** DuckDB's vector size: rows of one chunk. */
const CHUNK = 2048;
/** Absent values stand as these until the rows are written: filling a validity mask costs more than the column, and none of them occurs. */
const NO_NUMBER = -1;
const NO_TEXT = '';

/**
 * Rows of one partition on their way into a file. Every chunk's worth leaves the JavaScript heap for DuckDB's memory at once, while young:
 * what a flush writes would otherwise be dragged through the garbage collector.
 */
export class Staging {
  readonly tenant: string;
  readonly hour: string;
  rows = 0;
  rawBytes = 0;
  minTime = Number.POSITIVE_INFINITY;
  maxTime = Number.NEGATIVE_INFINITY;
  #pending: (readonly LakeValue[])[] = [];
  readonly #chunks: DuckDBDataChunk[] = [];

  constructor(tenant: string, hour: string) {
    this.tenant = tenant;
    this.hour = hour;
  }

  /** Bytes of its raw record. */
  add(row: readonly LakeValue[]): number {
    const time = bounded(row[TIME] ?? null);
    if (time < this.minTime) this.minTime = time;
    if (time > this.maxTime) this.maxTime = time;
    const raw = row[RAW];
    const bytes = typeof raw === 'string' ? Buffer.byteLength(raw) : 0;
    this.rows += 1;
    this.rawBytes += bytes;
    this.#pending.push(row);
    if (this.#pending.length === CHUNK) this.#encode();
    return bytes;
  }

  /** Puts the rows into a new table, and returns the query that reads them as the lake's columns. */
  async load({ connection }: Engine, table: string): Promise<string> {
    if (this.#pending.length > 0) this.#encode();
    await connection.run(`CREATE TABLE ${table} (${definition})`);
    const appender = await connection.createAppender(table);
    for (const chunk of this.#chunks) appender.appendDataChunk(chunk);
    appender.closeSync();
    return `SELECT ${selection} FROM ${table}`;
  }

  #encode(): void {
    const rows = this.#pending;
    this.#pending = [];
    const chunk = DuckDBDataChunk.create(types, rows.length);
    for (let column = 0; column < lakeColumns.length; column += 1) {
      const type = lakeColumns[column]?.[1];
      const values: (string | number | bigint | boolean)[] = [];
      for (let at = 0; at < rows.length; at += 1) {
        const value = (rows[at] as readonly LakeValue[])[column] ?? null;
        if (type === 'TIMESTAMP_MS') values.push(BigInt(bounded(value)));
        else if (type === 'BOOLEAN') values.push(value === true);
        else if (type === 'INTEGER') values.push(whole(value));
        else values.push(value ?? NO_TEXT);
      }
      chunk.setColumnValues(column, values);
    }
    this.#chunks.push(chunk);
  }
}

/** What DuckDB can take as a time: one record with a wild one must not keep its whole file from being written. */
function bounded(value: LakeValue): number {
  const time = typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : 0;
  return Math.min(Math.max(time, -EPOCH_END), EPOCH_END);
}

/** A number that the column cannot hold is none. */
function whole(value: LakeValue): number {
  return typeof value === 'number' && value === (value | 0) ? value : NO_NUMBER;
}

/** The last ms that a Date can hold. */
const EPOCH_END = 8.64e15;
const TIME = lakeColumns.findIndex(([name]) => name === 'time');
const RAW = lakeColumns.findIndex(([name]) => name === 'raw');

const types = lakeColumns.map(([, type]) => {
  if (type === 'TIMESTAMP_MS') return BIGINT;
  if (type === 'BOOLEAN') return BOOLEAN;
  return type === 'INTEGER' ? INTEGER : VARCHAR;
});

const definition = lakeColumns
  .map(([name, type]) => `"${name}" ${type === 'TIMESTAMP_MS' ? 'BIGINT' : type}`)
  .join(', ');

const selection = lakeColumns
  .map(([name, type]) => {
    if (type === 'TIMESTAMP_MS') return `make_timestamp_ms("${name}")::TIMESTAMP_MS AS "${name}"`;
    if (type === 'INTEGER') return `nullif("${name}", ${NO_NUMBER}) AS "${name}"`;
    return type === 'VARCHAR' ? `nullif("${name}", '${NO_TEXT}') AS "${name}"` : `"${name}"`;
  })
  .join(', ');

/** `COPY` of a query to a Parquet file. */
export function copyTo(
  query: string,
  path: string,
  { level, groupRows }: { level: number; groupRows: number },
): string {
  return `COPY (${query}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL ${level}, ROW_GROUP_SIZE ${groupRows})`;
}
