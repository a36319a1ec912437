import { z } from 'zod';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { ledgerView } from '../ledger-view.ts';
import { readerOf } from '../sight.ts';
import { LedgerPage, LedgerVerification } from '../views.ts';
import { InTenant, Limit } from './params.ts';

const After = z.object({ after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0), limit: Limit });

/** What AI and people did in a tenant, in order, and the proof that none of it was changed. */
export function ledgerRoutes(app: App, { store, verifyLedger }: Pick<ServerDeps, 'store' | 'verifyLedger'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/ledger',
    config: { needs: 'ledger.read' },
    schema: {
      tags: ['ledger'],
      summary: "The tenant's chain, oldest first",
      params: InTenant,
      querystring: After,
      response: { 200: LedgerPage },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      const { after, limit } = request.query;
      return store.withTenants([tenant], async (tx) => {
        const found = await tx.ledger.list(tenant, after, limit + 1);
        const items = await ledgerView(tx, tenant, readerOf(access), found.slice(0, limit));
        return { items, next: found.length > limit ? (items.at(-1)?.entry.seq ?? null) : null };
      });
    },
  });

  /** A chain is read once for all who ask while it is being read. */
  const running = new Map<string, Promise<LedgerVerification>>();
  const verification = (tenant: string): Promise<LedgerVerification> => {
    const started = running.get(tenant) ?? verifyLedger(tenant).finally(() => running.delete(tenant));
    running.set(tenant, started);
    return started;
  };

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/ledger/verifications',
    config: { needs: 'ledger.verify' },
    handlerTimeout: 10 * 60_000,
    schema: {
      tags: ['ledger'],
      summary: 'Recompute the chain from the store alone; changes nothing',
      params: InTenant,
      response: { 200: LedgerVerification },
    },
    handler: (request) => verification(accessOf(request).tenant.id),
  });
}
