import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api, attemptKey } from '../../api/client.ts';
import type { paths } from '../../api/schema.js';

type Context = paths['/api/v1/tenants/{t}/context'];
export type Fact = Context['get']['responses'][200]['content']['application/json']['items'][number];
export type NewFact = Context['post']['requestBody']['content']['application/json'];
type PolicyPage = paths['/api/v1/tenants/{t}/policy']['get']['responses'][200]['content']['application/json'];
export type Capacity = PolicyPage['policy']['capacity'];

export const contextQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['context', tenant],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/tenants/{t}/context', { params: { path: { t: tenant } }, signal })),
  });

export const policyQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['policy', tenant],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/tenants/{t}/policy', { params: { path: { t: tenant } }, signal })),
  });

export const belowQuery = (tenant: string, text: string) =>
  infiniteQueryOptions({
    queryKey: ['below-the-line', tenant, text],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/tenants/{t}/below-the-line', {
          params: {
            path: { t: tenant },
            query: { limit: 50, ...(text === '' ? {} : { text }), ...(pageParam === '' ? {} : { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const draftsQuery = (tenant: string, finding: string) =>
  queryOptions({
    queryKey: ['context-drafts', tenant, finding],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/tenants/{t}/findings/{id}/context-drafts', {
          params: {
            path: { t: tenant, id: finding },
            query: { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone },
          },
          signal,
        }),
      ),
  });

export const sayFact = (tenant: string, body: NewFact) =>
  answer(
    api.POST('/api/v1/tenants/{t}/context', {
      params: { path: { t: tenant }, header: { 'idempotency-key': attemptKey() } },
      body,
    }),
  );

export const withdrawFact = (tenant: string, id: string) =>
  answer(
    api.POST('/api/v1/tenants/{t}/context/{id}/withdrawals', {
      params: { path: { t: tenant, id }, header: { 'idempotency-key': attemptKey() } },
    }),
  );

/** The policy is set as a whole, on the revision that was read. */
export const setCapacity = (tenant: string, { policy, revision }: PolicyPage, capacity: Capacity) =>
  answer(
    api.PUT('/api/v1/tenants/{t}/policy', {
      params: { path: { t: tenant }, header: { 'idempotency-key': attemptKey(), 'if-match': `"${revision}"` } },
      body: { ...policy, capacity },
    }),
  );
