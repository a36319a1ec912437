import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client.ts';
import type { Disposition, FindingEvent } from './model.ts';

/** Evidence ids asked for in one request: 32-digit ids must stay well under the 8 kB that proxies allow in a URL. */
const IDS_PER_REQUEST = 100;

const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/me', { signal })),
  staleTime: 60_000,
  retry: false,
});

const summaryQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['summary', tenant],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/tenants/{t}/summary', { params: { path: { t: tenant } }, signal })),
  });

const queueQuery = (tenant: string, status: 'open' | 'determined') =>
  infiniteQueryOptions({
    queryKey: ['queue', tenant, status],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/tenants/{t}/findings', {
          params: {
            path: { t: tenant },
            query: { status, limit: 50, ...(pageParam === '' ? {} : { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });

const findingQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ['finding', tenant, id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/tenants/{t}/findings/{id}', { params: { path: { t: tenant, id } }, signal })),
    // A person reads this page; it moves on only when they ask (see the revision notice).
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    gcTime: 0,
  });

const findingEventsQuery = (tenant: string, id: string, revision: number, ids: readonly string[]) =>
  queryOptions({
    queryKey: ['events', tenant, id, revision],
    queryFn: async ({ signal }) => {
      const items: FindingEvent[] = [];
      for (let from = 0; from < ids.length; from += IDS_PER_REQUEST) {
        const query = { ids: ids.slice(from, from + IDS_PER_REQUEST).join(',') };
        const page = await answer(
          api.GET('/api/v1/tenants/{t}/findings/{id}/events', { params: { path: { t: tenant, id }, query }, signal }),
        );
        items.push(...page.items.map((event) => ({ ...event, activity: event.activity ?? { kind: 'other' } })));
      }
      return items.sort((a, b) => a.time - b.time || a.line - b.line);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

const findingLedgerQuery = (tenant: string, id: string) =>
  queryOptions({
    queryKey: ['finding-ledger', tenant, id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/tenants/{t}/findings/{id}/ledger', { params: { path: { t: tenant, id } }, signal })),
  });

const verdictReasonsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['verdict-reasons', tenant],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/tenants/{t}/verdict-reasons', { params: { path: { t: tenant } }, signal })),
    staleTime: 60_000,
  });

const ledgerQuery = (tenant: string) =>
  infiniteQueryOptions({
    queryKey: ['ledger', tenant],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/tenants/{t}/ledger', {
          params: { path: { t: tenant }, query: { after: pageParam, limit: 100 } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** Everything the console reads. Keys start with the noun, then the tenant, so that a live change can name what is stale. */
export const queries = {
  me: meQuery,
  summary: summaryQuery,
  queue: queueQuery,
  finding: findingQuery,
  findingEvents: findingEventsQuery,
  findingLedger: findingLedgerQuery,
  verdictReasons: verdictReasonsQuery,
  ledger: ledgerQuery,
} as const;

/** What a decision changes on screen. */
export async function refreshAfterDecision(client: QueryClient, tenant: string, id: string): Promise<void> {
  await Promise.all(
    [
      ['finding', tenant, id],
      ['finding-ledger', tenant, id],
      ['queue', tenant],
      ['summary', tenant],
      ['ledger', tenant],
    ].map((queryKey) => client.invalidateQueries({ queryKey })),
  );
}

interface Write {
  readonly tenant: string;
  readonly id: string;
  /** Of the finding as it was read: its revision and what people had said. */
  readonly etag: string;
  readonly key: string;
}

const headers = (write: Write) => ({ 'if-match': write.etag, 'idempotency-key': write.key });

/** Writes a person's verdict on a finding as they read it. Throws a Problem with status 412 when it has moved on or somebody else has decided. */
export const determine = (
  write: Write,
  body: { verdict: Disposition; reason: string; note: string; timeSpentMs: number },
): Promise<unknown> =>
  answer(
    api.POST('/api/v1/tenants/{t}/findings/{id}/determinations', {
      params: { path: { t: write.tenant, id: write.id }, header: headers(write) },
      body,
    }),
  );

/** Says that a person has opened the finding, so that nobody is paged for it any more. */
export const acknowledge = (tenant: string, id: string): Promise<unknown> =>
  answer(api.POST('/api/v1/tenants/{t}/findings/{id}/acknowledgements', { params: { path: { t: tenant, id } } }));

/** Opens a determined finding again; the determination stays on record and no longer holds. */
export const reopen = (write: Write, body: { reason: string }): Promise<unknown> =>
  answer(
    api.POST('/api/v1/tenants/{t}/findings/{id}/reopenings', {
      params: { path: { t: write.tenant, id: write.id }, header: headers(write) },
      body,
    }),
  );

/** Recomputes the tenant's whole ledger chain on the server. */
export const verifyLedger = (tenant: string) =>
  answer(api.POST('/api/v1/tenants/{t}/ledger/verifications', { params: { path: { t: tenant } } }));
