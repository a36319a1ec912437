import { BOOLEAN, DuckDBDataChunk, INTEGER, TIMESTAMP_MS, VARCHAR } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { type LakeValue, lakeColumns } from '../../contracts/lake.ts';
import { Absent, BLOCK, boundedTime, CAPACITY, writeBooleans, writeIntegers, writeTexts, writeTimes } from './cells.ts';
import { type Engine, literal } from './engine.ts';

/**
 * Rows of one partition on their way into a file. Every block of them leaves the JavaScript heap for DuckDB's memory at once, while young:
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
  /** The chunk being filled, its rows, and what each column lacks. */
  #open: { readonly chunk: DuckDBDataChunk; rows: number; readonly absent: readonly Absent[] } | undefined;

  constructor(tenant: string, hour: string) {
    this.tenant = tenant;
    this.hour = hour;
  }

  /** Bytes of its raw record. */
  add(row: readonly LakeValue[]): number {
    const time = boundedTime(row[TIME]);
    if (time < this.minTime) this.minTime = time;
    if (time > this.maxTime) this.maxTime = time;
    const raw = row[RAW];
    const bytes = typeof raw === 'string' ? Buffer.byteLength(raw) : 0;
    this.rows += 1;
    this.rawBytes += bytes;
    this.#pending.push(row);
    if (this.#pending.length === BLOCK) this.#encode();
    return bytes;
  }

  /** Puts the rows into a new table, and returns the query that reads them as the lake's columns. */
  async load({ connection }: Engine, table: string): Promise<string> {
    if (this.#pending.length > 0) this.#encode();
    this.#close();
    await connection.run(`CREATE TABLE ${table} (${definition})`);
    const appender = await connection.createAppender(table);
    for (const chunk of this.#chunks) appender.appendDataChunk(chunk);
    appender.closeSync();
    return `SELECT ${selection} FROM ${table}`;
  }

  /** Lets the texts go, once they are in a file: the garbage collector does not know how large they are, and would keep them long. */
  release(): void {
    for (const chunk of this.#chunks) chunk.reset();
    this.#chunks.length = 0;
  }

  #encode(): void {
    const rows = this.#pending;
    this.#pending = [];
    this.#open ??= { chunk: DuckDBDataChunk.create(types), rows: 0, absent: lakeColumns.map(() => new Absent()) };
    const { chunk, rows: from, absent } = this.#open;
    for (let column = 0; column < lakeColumns.length; column += 1) {
      const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
      const type = lakeColumns[column]?.[1];
      const none = absent[column] as Absent;
      if (type === 'TIMESTAMP_MS') writeTimes(vector, from, rows, column);
      else if (type === 'BOOLEAN') writeBooleans(vector, from, rows, column);
      else if (type === 'INTEGER') writeIntegers(vector, from, rows, column, none);
      else writeTexts(vector, from, rows, column, none);
    }
    this.#open.rows += rows.length;
    if (this.#open.rows === CAPACITY) this.#close();
  }

  #close(): void {
    if (this.#open === undefined) return;
    const { chunk, rows, absent } = this.#open;
    this.#open = undefined;
    chunk.rowCount = rows;
    for (const [column, none] of absent.entries()) none.write(duckdb.data_chunk_get_vector(chunk.chunk, column));
    this.#chunks.push(chunk);
  }
}

const TIME = lakeColumns.findIndex(([name]) => name === 'time');
const RAW = lakeColumns.findIndex(([name]) => name === 'raw');

const types = lakeColumns.map(([, type]) => {
  if (type === 'TIMESTAMP_MS') return TIMESTAMP_MS;
  if (type === 'BOOLEAN') return BOOLEAN;
  return type === 'INTEGER' ? INTEGER : VARCHAR;
});

const definition = lakeColumns.map(([name, type]) => `"${name}" ${type}`).join(', ');
const selection = lakeColumns.map(([name]) => `"${name}"`).join(', ');

/** `COPY` of a query to a Parquet file. */
export function copyTo(
  query: string,
  path: string,
  { level, groupRows }: { level: number; groupRows: number },
): string {
  return `COPY (${query}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL ${level}, ROW_GROUP_SIZE ${groupRows})`;
}
