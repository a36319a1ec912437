import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { parquetExport } from '../adapters/duckdb/parquet-export.ts';
import { plainText } from '../contracts/plain-text.ts';
import { csvLine, distinctNames, ndjson, type Table } from '../hunt/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';

export const huntFormats = ['table', 'json', 'ndjson', 'csv', 'parquet'] as const;

/** What a question of the command line is answered with. */
export interface Answer {
  readonly columns: Table['columns'];
  readonly pages: AsyncIterable<Table['rows']>;
  /** Whether rows were left out; true only once all pages are read. */
  isCut(): boolean;
}

type Format = (typeof huntFormats)[number];

/** Of a record with all columns, what a line on a screen has room for. */
const shown = ['time', 'host', 'user', 'kind', 'process_name', 'command_line', 'remote_address', 'action', 'object'];
const WIDEST = 60;

/** Writes rows in a format to a file or standard output; returns how many. */
export async function writeHunt({ columns, pages }: Answer, format: Format, out: string | undefined): Promise<number> {
  if (format === 'parquet') {
    if (out === undefined) throw new BridgewatchError('HUNT_NO_FILE', '--format parquet needs --out <file.parquet>');
    return parquetExport.write(named(columns), pages, out);
  }
  const file = out === undefined ? undefined : createWriteStream(out, { mode: 0o600 });
  const target = file ?? process.stdout;
  let rows = 0;
  const counted = (async function* () {
    for await (const page of pages) {
      rows += page.length;
      yield page;
    }
  })();
  for await (const text of writers[format](named(columns), counted)) {
    if (!target.write(text)) await once(target, 'drain');
  }
  if (file !== undefined) {
    file.end();
    await finished(file);
  }
  return rows;
}

function named(columns: Table['columns']): Table['columns'] {
  const names = distinctNames(columns);
  return columns.map(({ type }, at) => ({ name: names[at] ?? '', type }));
}

type Writer = (columns: Table['columns'], pages: AsyncIterable<Table['rows']>) => AsyncGenerator<string>;

const writers: Readonly<Record<Exclude<Format, 'parquet'>, Writer>> = {
  async *ndjson(columns, pages) {
    for await (const rows of pages) yield ndjson({ columns, rows });
  },
  async *json(columns, pages) {
    let begin = '[\n';
    for await (const rows of pages) {
      const lines = ndjson({ columns, rows }).split('\n').slice(0, -1);
      if (lines.length === 0) continue;
      yield begin + lines.join(',\n');
      begin = ',\n';
    }
    yield begin === '[\n' ? '[]\n' : '\n]\n';
  },
  async *csv(columns, pages) {
    yield csvLine(columns.map(({ name }) => name));
    for await (const rows of pages) yield rows.map(csvLine).join('');
  },
  async *table(columns, pages) {
    const all: (readonly unknown[])[] = [];
    for await (const rows of pages) all.push(...rows);
    const isRecord = columns.some(({ name }) => name === 'raw') && columns.length > shown.length;
    const places = columns.flatMap(({ name }, at) => (!isRecord || shown.includes(name) ? [at] : []));
    // A terminal obeys what it is sent: nothing of telemetry goes there but what can be seen.
    const cells = [columns.map(({ name }) => name), ...all].map((row) =>
      places.map((at) => plainText(textOf(row[at]), WIDEST)),
    );
    const widths = places.map((_, at) => cells.reduce((most, row) => Math.max(most, row[at]?.length ?? 0), 0));
    for (const row of cells)
      yield `${row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd()}\n`;
  },
};

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
