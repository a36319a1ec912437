import { queryOptions } from '@tanstack/react-query';
import { answer, api, attemptKey } from '../../api/client.ts';
import type { paths } from '../../api/schema.js';

export type Proposal =
  paths['/api/v1/tenants/{t}/tuning']['get']['responses'][200]['content']['application/json']['items'][number];
export type Proof = Proposal['proof'];

export const tuningQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['tuning', tenant],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/tenants/{t}/tuning', { params: { path: { t: tenant } }, signal })),
    refetchInterval: 15_000,
  });

export const asideQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ['tuning', tenant, id, 'detections'],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/tenants/{t}/tuning/{id}/detections', {
          params: { path: { t: tenant, id }, query: { limit: 20 } },
          signal,
        }),
      ),
  });

export const look = (tenant: string) =>
  answer(
    api.POST('/api/v1/tenants/{t}/tuning', {
      params: { path: { t: tenant }, header: { 'idempotency-key': attemptKey() } },
      body: { days: 14 },
    }),
  );

/** Says yes to the proposal as it was read; refused where it has changed since. */
export const accept = (tenant: string, { id, revision }: Proposal, reason: string, expiresAt: number) =>
  answer(
    api.POST('/api/v1/tenants/{t}/tuning/{id}/acceptances', {
      params: { path: { t: tenant, id }, header: { 'idempotency-key': attemptKey(), 'if-match': `"${revision}"` } },
      body: { reason, expiresAt },
    }),
  );

export const withdraw = (tenant: string, id: string, reason: string) =>
  answer(
    api.POST('/api/v1/tenants/{t}/tuning/{id}/withdrawals', {
      params: { path: { t: tenant, id }, header: { 'idempotency-key': attemptKey() } },
      body: { reason },
    }),
  );
