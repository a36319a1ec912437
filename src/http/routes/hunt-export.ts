import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import {
  askSql,
  csvLine,
  distinctNames,
  exportColumns,
  exportRows,
  type Hunt,
  ndjson,
  type Scope,
  type Table,
} from '../../hunt/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { HuntingDeps, ServerDeps } from '../deps.ts';
import { asking, huntingOf, Question, scopeOf, searchOf } from './hunt-question.ts';
import { InTenant } from './params.ts';

const Body = Question.safeExtend({
  format: z.enum(['csv', 'ndjson', 'parquet']),
  limit: z.number().int().min(1).max(1_000_000).default(100_000).describe('Rows; of SQL at most 10,000'),
});
/** A large export takes its time; each question in it has its own limit. */
const LONGEST_MS = 600_000;

const types = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
} as const;

interface Pages {
  readonly columns: Table['columns'];
  readonly pages: AsyncGenerator<Table['rows']>;
}

/** What a question finds, as a file. */
export function huntExportRoutes(app: App, deps: Pick<ServerDeps, 'hunting' | 'clock'>): void {
  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/hunts/export',
    config: { needs: 'hunts.run' },
    handlerTimeout: LONGEST_MS,
    schema: {
      tags: ['hunts'],
      summary: 'What a search or SQL finds, as CSV, lines of JSON or Parquet',
      description:
        'An error after the first rows ends the answer in the middle: the connection breaks, and the file is not whole. In CSV a text that a spreadsheet would run as a formula has an apostrophe before it.',
      params: InTenant,
      body: Body,
      produces: Object.values(types),
    },
    handler: (request, reply) => {
      const access = accessOf(request);
      const hunting = huntingOf(deps);
      const { search, sql, limit, format } = request.body;
      return asking(access, reply, async (signal) => {
        const scope = scopeOf(access, request.body, limit, signal);
        const found =
          sql === undefined
            ? searched(hunting, searchOf(deps, access, { ...request.body, search: search ?? '' }, limit, signal), limit)
            : await asked(hunting, scope, sql);
        const file =
          format === 'parquet' ? await hunting.parquet(found.columns, found.pages) : await text(found, format);
        reply.header('content-type', types[format]);
        reply.header('content-disposition', `attachment; filename="hunt.${format}"`);
        void reply.send(file);
        // The question is open until its last row is sent, or nobody wants it any more.
        await finished(file).catch(() => undefined);
        return reply;
      });
    },
  });
}

function searched({ queries }: HuntingDeps, hunt: Hunt, limit: number): Pages {
  return { columns: exportColumns, pages: exportRows(queries, hunt, limit) };
}

async function asked({ queries }: HuntingDeps, scope: Scope, sql: string): Promise<Pages> {
  const { columns, rows } = await askSql(queries, scope, sql);
  const names = distinctNames(columns);
  return { columns: columns.map(({ type }, at) => ({ name: names[at] ?? '', type })), pages: once(rows) };
}

async function* once(rows: Table['rows']): AsyncGenerator<Table['rows']> {
  yield rows;
}

/** The first page is read before anything is sent: a question that fails is answered with its problem. */
async function text({ columns, pages }: Pages, format: 'csv' | 'ndjson'): Promise<Readable> {
  const first = await pages.next();
  async function* lines(): AsyncGenerator<string> {
    if (format === 'csv') yield csvLine(columns.map(({ name }) => name));
    const write = (rows: Table['rows']) => (format === 'csv' ? rows.map(csvLine).join('') : ndjson({ columns, rows }));
    if (!first.done) yield write(first.value);
    for await (const rows of pages) yield write(rows);
  }
  return Readable.from(lines(), { objectMode: false });
}
