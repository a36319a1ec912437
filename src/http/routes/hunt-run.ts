import { z } from 'zod';
import { lakeColumns } from '../../contracts/lake.ts';
import { askSql, type HuntRow, histogramOf, type RowCursor, rowsOf, topColumn, topValuesOf } from '../../hunt/index.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { asking, huntingOf, Question, SearchQuestion, scopeOf, searchOf } from './hunt-question.ts';
import { Cursor, InTenant } from './params.ts';

const RowLimit = z.number().int().min(1).max(10_000).default(200);
const RunBody = Question.safeExtend({
  limit: RowLimit,
  after: Cursor.optional().describe('Of a search: `next` of the page before'),
});
const Found = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })).readonly(),
  rows: z
    .array(z.array(z.unknown()).readonly())
    .readonly()
    .describe('In the order of columns. Of a search newest first, `time` as epoch ms'),
  truncated: z.boolean().describe('Whether there is more'),
  next: z.string().nullable().describe('Of a search: where the next page begins'),
  milliseconds: z.number(),
});
const HistogramView = z.object({
  width: z.number().describe('Of a bucket, ms'),
  total: z.number(),
  buckets: z
    .array(z.object({ at: z.number(), events: z.number() }))
    .describe('By begin, epoch ms; empty ones are left out'),
});
const TopBody = SearchQuestion.safeExtend({
  fields: z.array(z.string().max(40)).min(1).max(8),
  most: z.number().int().min(1).max(100).default(10),
});
const TopView = z.object({
  items: z.array(
    z.object({
      field: z.string(),
      values: z.array(z.object({ value: z.string().nullable(), events: z.number() })),
    }),
  ),
});

const searchColumns = lakeColumns.map(([name, type]) => ({ name, type: name === 'time' ? 'DOUBLE' : type }));

/** Questions to the lake, answered at once. */
export function huntRunRoutes(app: App, deps: Pick<ServerDeps, 'hunting' | 'clock'>): void {
  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/hunts/run',
    config: { needs: 'hunts.run' },
    schema: {
      tags: ['hunts'],
      summary: 'Ask the events that came in, by a search or in SQL; cancelled when you go away',
      params: InTenant,
      body: RunBody,
      response: { 200: Found },
    },
    handler: (request, reply) => {
      const access = accessOf(request);
      const { queries } = huntingOf(deps);
      const { search, sql, limit, after } = request.body;
      return asking(access, reply, async (signal) => {
        if (sql !== undefined) {
          return { ...(await askSql(queries, scopeOf(access, request.body, limit, signal), sql)), next: null };
        }
        const hunt = searchOf(deps, access, { ...request.body, search: search ?? '' }, limit, signal);
        const { rows, next, milliseconds } = await rowsOf(
          queries,
          hunt,
          after === undefined ? null : readCursor(after),
        );
        return {
          columns: searchColumns,
          rows: rows.map(cells),
          truncated: next !== null,
          next: next === null ? null : `${next.time}-${next.id}`,
          milliseconds,
        };
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/hunts/histogram',
    config: { needs: 'hunts.run' },
    schema: {
      tags: ['hunts'],
      summary: 'How many events a search finds over time',
      params: InTenant,
      body: SearchQuestion,
      response: { 200: HistogramView },
    },
    handler: (request, reply) => {
      const access = accessOf(request);
      const { queries } = huntingOf(deps);
      return asking(access, reply, async (signal) => {
        const { width, total, buckets } = await histogramOf(queries, searchOf(deps, access, request.body, 1, signal));
        return { width, total, buckets: buckets.map(([at, events]) => ({ at, events })) };
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/hunts/top',
    config: { needs: 'hunts.run' },
    schema: {
      tags: ['hunts'],
      summary: 'The most frequent values of fields among the events a search finds',
      params: InTenant,
      body: TopBody,
      response: { 200: TopView },
    },
    handler: (request, reply) => {
      const access = accessOf(request);
      const { queries } = huntingOf(deps);
      const { fields, most } = request.body;
      const columns = fields.map(topColumn);
      return asking(access, reply, async (signal) => {
        const hunt = searchOf(deps, access, request.body, most, signal);
        const items = [];
        for (const column of columns) {
          const { field, values } = await topValuesOf(queries, hunt, column, most);
          items.push({ field, values: [...values] });
        }
        return { items };
      });
    },
  });
}

function cells({ id, time, columns }: HuntRow): unknown[] {
  return lakeColumns.map(([name]) => (name === 'id' ? id : name === 'time' ? time : (columns[name] ?? null)));
}

function readCursor(text: string): RowCursor {
  const [, time, id] = /^(-?\d{1,16})-(.+)$/.exec(text) ?? [];
  if (time === undefined || id === undefined)
    throw new BridgewatchError('HUNT_CURSOR', `after is ${JSON.stringify(text)}; give next of the page before`, 400);
  return { time: Number(time), id };
}
