import { queryOptions } from '@tanstack/react-query';
import { answer, api, attemptKey } from '../../api/client.ts';
import type { paths } from '../../api/schema.js';

export type ActionDetail =
  paths['/api/v1/tenants/{t}/actions/{id}']['get']['responses'][200]['content']['application/json'];

/** Past this many the queue itself is the problem. */
const MOST_WAITING = 200;

/** All that wait for a person, and the newest of the others. */
export const actionsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['actions', tenant],
    queryFn: async ({ signal }) => {
      const path = { t: tenant };
      const read = (query: { state?: 'proposed'; limit: number }) =>
        answer(api.GET('/api/v1/tenants/{t}/actions', { params: { path, query }, signal }));
      const [waiting, newest] = await Promise.all([
        read({ state: 'proposed', limit: MOST_WAITING }),
        read({ limit: 100 }),
      ]);
      return {
        waiting: waiting.items,
        more: waiting.next !== null,
        others: newest.items.filter(({ state }) => state !== 'proposed'),
      };
    },
    refetchInterval: 10_000,
  });

export const actionQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ['action', tenant, id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/tenants/{t}/actions/{id}', { params: { path: { t: tenant, id } }, signal })),
    refetchInterval: 5_000,
  });

const keyed = (tenant: string, id: string) => ({
  params: { path: { t: tenant, id }, header: { 'idempotency-key': attemptKey() } },
});

/** Says yes to exactly this plan; refused where it has changed since. */
export const approve = (tenant: string, id: string, planHash: string): Promise<unknown> =>
  answer(api.POST('/api/v1/tenants/{t}/actions/{id}/approvals', { ...keyed(tenant, id), body: { planHash } }));

export const deny = (tenant: string, id: string, reason: string): Promise<unknown> =>
  answer(api.POST('/api/v1/tenants/{t}/actions/{id}/denials', { ...keyed(tenant, id), body: { reason } }));

export const undo = (tenant: string, id: string, reason: string): Promise<unknown> =>
  answer(api.POST('/api/v1/tenants/{t}/actions/{id}/undos', { ...keyed(tenant, id), body: { reason } }));

export const autonomyQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['autonomy', tenant],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/tenants/{t}/autonomy', { params: { path: { t: tenant } }, signal })),
    refetchInterval: 10_000,
  });

export const switchQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['switch', tenant],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/tenants/{t}/switch', { params: { path: { t: tenant } }, signal })),
    refetchInterval: 3_000,
  });

/** Back to shadow, at once. */
export const demote = (tenant: string, key: string, why: string): Promise<unknown> =>
  answer(
    api.POST('/api/v1/tenants/{t}/autonomy/demotions', {
      params: { path: { t: tenant }, header: { 'idempotency-key': attemptKey() } },
      body: { class: key, why },
    }),
  );

export const stopTenant = (tenant: string, why: string): Promise<unknown> =>
  answer(
    api.POST('/api/v1/tenants/{t}/switch/stops', { params: { path: { t: tenant } }, body: { stops: 'tenant', why } }),
  );

export const liftTenant = (tenant: string, why: string): Promise<unknown> =>
  answer(
    api.POST('/api/v1/tenants/{t}/switch/lifts', { params: { path: { t: tenant } }, body: { stops: 'tenant', why } }),
  );
