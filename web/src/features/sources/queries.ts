import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../../api/client.ts';
import { problemFrom } from '../../api/problem.ts';
import type { paths } from '../../api/schema.js';

type Sources = paths['/api/v1/tenants/{t}/sources'];
export type Source = Sources['get']['responses'][200]['content']['application/json']['items'][number];
export type NewSource = Sources['post']['requestBody']['content']['application/json'];

type Answer<P extends '/api/v1/tenants/{t}/sources/health' | '/api/v1/tenants/{t}/ingest'> =
  paths[P]['get']['responses'][200]['content']['application/json'];
export type Health = Answer<'/api/v1/tenants/{t}/sources/health'>['items'][number];
export type WayIn = Answer<'/api/v1/tenants/{t}/ingest'>;

/** Counters move all the time, and a shipper that was just set up is watched. */
export const sourcesQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['sources', tenant],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/tenants/{t}/sources', { params: { path: { t: tenant } }, signal })),
    refetchInterval: 5_000,
  });

/** By source, of those that have ever sent. */
export const healthQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['sources', tenant, 'health'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/tenants/{t}/sources/health', { params: { path: { t: tenant } }, signal })),
    select: ({ items }) => new Map(items.map((each) => [each.source, each])),
    refetchInterval: 10_000,
  });

export const wayInQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['sources', tenant, 'ingest'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/tenants/{t}/ingest', { params: { path: { t: tenant } }, signal })),
    refetchInterval: 5_000,
  });

/** The answer holds the token, and nothing later does. */
export const addSource = (tenant: string, body: NewSource) =>
  answer(api.POST('/api/v1/tenants/{t}/sources', { params: { path: { t: tenant } }, body }));

/** Another token beside the one there is; as in `addSource`, shown by this answer alone. */
export const makeToken = (tenant: string, id: string) =>
  answer(api.POST('/api/v1/tenants/{t}/sources/{id}/tokens', { params: { path: { t: tenant, id } } }));

export async function endSource(tenant: string, id: string): Promise<void> {
  const path = { t: tenant, id };
  const { error, response } = await api.POST('/api/v1/tenants/{t}/sources/{id}/endings', { params: { path } });
  if (!response.ok) throw problemFrom(response.status, error);
}

export async function endToken(tenant: string, id: string, token: string): Promise<void> {
  const path = { t: tenant, id, token };
  const { error, response } = await api.POST('/api/v1/tenants/{t}/sources/{id}/tokens/{token}/endings', {
    params: { path },
  });
  if (!response.ok) throw problemFrom(response.status, error);
}
