import { queryOptions } from '@tanstack/react-query';
import { answer, api, attemptKey } from '../../api/client.ts';
import type { paths } from '../../api/schema.js';

type Answer<P extends '/api/v1/tenants/{t}/models' | '/api/v1/tenants/{t}/models/drift'> =
  paths[P]['get']['responses'][200]['content']['application/json'];
type Models = Answer<'/api/v1/tenants/{t}/models'>;
export type Version = Models['versions'][number];
export type Challenger = NonNullable<Models['challenger']>;
export type Promotion = Models['promotions'][number];
export type Drift = Answer<'/api/v1/tenants/{t}/models/drift'>;
export type Comparison =
  paths['/api/v1/tenants/{t}/models/versions/{v}/comparison']['get']['responses'][200]['content']['application/json'];

const lessonPath = '/api/v1/tenants/{t}/findings/{id}/determinations/{d}/lesson' as const;

/** Verdicts teach while somebody looks. */
export const modelsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['models', tenant],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/tenants/{t}/models', { params: { path: { t: tenant } }, signal })),
    refetchInterval: 10_000,
  });

export const driftQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['models', tenant, 'drift'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/tenants/{t}/models/drift', { params: { path: { t: tenant } }, signal })),
  });

export const comparisonQuery = (tenant: string, version: string) =>
  queryOptions({
    queryKey: ['models', tenant, 'comparison', version],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/tenants/{t}/models/versions/{v}/comparison', {
          params: { path: { t: tenant, v: version } },
          signal,
        }),
      ),
  });

/** Asked again until it is learned, which takes less than a second. */
export const lessonQuery = (tenant: string, id: string, determination: string) =>
  queryOptions({
    queryKey: ['lesson', tenant, id, determination],
    queryFn: ({ signal }) =>
      answer(api.GET(lessonPath, { params: { path: { t: tenant, id, d: determination } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === 'learning' ? 400 : false),
    retry: false,
  });

const keyed = (tenant: string) => ({
  params: { path: { t: tenant }, header: { 'idempotency-key': attemptKey() } },
});

export const freeze = (tenant: string, note: string): Promise<unknown> =>
  answer(api.POST('/api/v1/tenants/{t}/models/versions', { ...keyed(tenant), body: { note } }));

export const promote = (tenant: string, body: { version: string; from: string; reason: string }): Promise<unknown> =>
  answer(api.POST('/api/v1/tenants/{t}/models/promotions', { ...keyed(tenant), body }));

export const goBack = (tenant: string, body: { from: string; reason: string }): Promise<unknown> =>
  answer(api.POST('/api/v1/tenants/{t}/models/reversals', { ...keyed(tenant), body }));
