import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../../api/client.ts';
import { problemFrom } from '../../api/problem.ts';
import type { paths } from '../../api/schema.js';

type Post<P extends keyof paths> = paths[P] extends {
  post: { responses: { 200: { content: { 'application/json': infer T } } } };
}
  ? T
  : never;
type Found = Post<'/api/v1/tenants/{t}/hunts/run'>;
export type Histogram = Post<'/api/v1/tenants/{t}/hunts/histogram'>;
export type Draft = Post<'/api/v1/tenants/{t}/hunts/drafts'>;
export type HuntRun =
  paths['/api/v1/tenants/{t}/hunts/{id}/runs']['get']['responses'][200]['content']['application/json']['items'][number];

/** A search, and about when: epoch ms, fixed when it was asked, so that all of a page speaks of the same time. */
export interface Asked {
  readonly search: string;
  readonly from?: number;
  readonly to?: number;
}

export interface FoundRow {
  readonly id: string;
  readonly time: number;
  readonly raw: string | null;
  readonly columns: Readonly<Record<string, unknown>>;
}

const inTenant = (t: string) => ({ params: { path: { t } } });
export const topFields = ['host', 'user', 'process_name', 'kind', 'action', 'remote_address'];

/** What a search found stays until it is asked again: nothing here is looked up twice by itself. */
const kept = { staleTime: Number.POSITIVE_INFINITY, retry: false } as const;

export const rowsQuery = (tenant: string, asked: Asked, at: number) => ({
  queryKey: ['hunt', tenant, 'rows', asked, at] as const,
  queryFn: async ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) => {
    const body = { ...asked, timeout: 20, limit: 100, ...(pageParam === null ? {} : { after: pageParam }) };
    const found = await answer(api.POST('/api/v1/tenants/{t}/hunts/run', { ...inTenant(tenant), body, signal }));
    return { rows: rowsOf(found), next: found.next, milliseconds: found.milliseconds };
  },
  initialPageParam: null as string | null,
  getNextPageParam: (page: { readonly next: string | null }) => page.next,
  ...kept,
});

export const histogramQuery = (tenant: string, asked: Asked, at: number) =>
  queryOptions({
    queryKey: ['hunt', tenant, 'histogram', asked, at],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/api/v1/tenants/{t}/hunts/histogram', {
          ...inTenant(tenant),
          body: { ...asked, timeout: 20 },
          signal,
        }),
      ),
    ...kept,
  });

export const topQuery = (tenant: string, asked: Asked, at: number) =>
  queryOptions({
    queryKey: ['hunt', tenant, 'top', asked, at],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/api/v1/tenants/{t}/hunts/top', {
          ...inTenant(tenant),
          body: { ...asked, timeout: 20, fields: topFields, most: 5 },
          signal,
        }),
      ),
    ...kept,
  });

export const savedQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['hunt', tenant, 'saved'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/tenants/{t}/hunts', { ...inTenant(tenant), signal })),
  });

export const saveHunt = (
  tenant: string,
  wish: { name: string; hypothesis: string; search: string; every: number | null },
) => {
  const { every, ...said } = wish;
  const schedule = every === null ? { kind: 'none' as const } : { kind: 'hours' as const, every };
  const body = { ...said, schedule, hours: 24, sql: null };
  return answer(api.POST('/api/v1/tenants/{t}/hunts', { ...inTenant(tenant), body }));
};

export const runsQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ['hunt', tenant, 'runs', id],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/tenants/{t}/hunts/{id}/runs', {
          params: { path: { t: tenant, id }, query: { limit: 10 } },
          signal,
        }),
      ),
  });

export const runNow = (tenant: string, id: string) =>
  answer(api.POST('/api/v1/tenants/{t}/hunts/{id}/runs', { params: { path: { t: tenant, id } } }));

export const conclude = (tenant: string, id: string, run: string, text: string) =>
  answer(
    api.POST('/api/v1/tenants/{t}/hunts/{id}/runs/{run}/conclusions', {
      params: { path: { t: tenant, id, run } },
      body: { text },
    }),
  );

export const draftOf = (tenant: string, asked: Asked) =>
  answer(
    api.POST('/api/v1/tenants/{t}/hunts/drafts', {
      ...inTenant(tenant),
      body: { ...asked, timeout: 20, title: 'Drafted from a hunt', description: asked.search },
    }),
  );

/** What a search finds as a file, handed to the browser to keep. */
export async function download(tenant: string, asked: Asked, format: 'csv' | 'ndjson' | 'parquet'): Promise<void> {
  const body = { ...asked, timeout: 50, limit: 100_000, format };
  const { data, error, response } = await api.POST('/api/v1/tenants/{t}/hunts/export', {
    ...inTenant(tenant),
    body,
    parseAs: 'blob',
  });
  if (!response.ok) throw problemFrom(response.status, error);
  const url = URL.createObjectURL(data as unknown as Blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = `hunt.${format}`;
  link.click();
  URL.revokeObjectURL(url);
}

function rowsOf({ columns, rows }: Found): readonly FoundRow[] {
  return rows.map((row) => {
    const said = Object.fromEntries(columns.map(({ name }, at) => [name, row[at]]));
    return {
      id: String(said.id),
      time: Number(said.time),
      raw: typeof said.raw === 'string' ? said.raw : null,
      columns: said,
    };
  });
}
