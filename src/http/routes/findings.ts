import { z } from 'zod';
import { FindingStatus } from '../../contracts/finding.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { ledgerView } from '../ledger-view.ts';
import { besides, pageView, readerOf, rowView } from '../sight.ts';
import { FindingPage, FindingRows, LedgerItems } from '../views.ts';
import { InTenant, Limit, OfFinding } from './params.ts';

const Queue = z.object({
  status: FindingStatus.optional(),
  cursor: z
    .string()
    .regex(/^[\x21-\x7e]{1,512}$/)
    .optional(),
  limit: Limit,
});

/** The queue, and one finding with all it rests on. */
export function findingRoutes(app: App, { store, clock }: Pick<ServerDeps, 'store' | 'clock'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/findings',
    config: { needs: 'findings.read' },
    schema: {
      tags: ['findings'],
      summary: 'The queue: what people opened, then by expected loss; blind ones stand where their rules put them',
      params: InTenant,
      querystring: Queue,
      response: { 200: FindingRows },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      const { status, cursor, limit } = request.query;
      const filter = status === undefined ? {} : { status };
      return store.withTenants([tenant], async (tx) => {
        const page = await tx.findings.page(tenant, filter, cursor ?? null, limit);
        const beside = await besides(tx, tenant, readerOf(access), page.items, clock.now());
        // To be in a list of decided ones would tell; whoever may review them finds them among their reviews.
        const shown = page.items.filter((stored) => beside(stored).withheld !== 'review');
        return { items: shown.map((stored) => rowView(stored, beside(stored))), next: page.next };
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/findings/:id',
    config: { needs: 'findings.read' },
    schema: {
      tags: ['findings'],
      summary: 'One finding; its ETag is its revision and how often somebody has spoken about it',
      params: OfFinding,
      response: { 200: FindingPage },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      const page = await store.withTenants([tenant], async (tx) => {
        const stored = await foundFinding(tx, tenant, request.params.id);
        const beside = await besides(tx, tenant, readerOf(access), [stored], clock.now());
        const history = await tx.determinations.ofFinding(tenant, stored.finding.id);
        return pageView(stored, history, beside(stored));
      });
      reply.header('etag', page.etag);
      return page;
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/findings/:id/ledger',
    config: { needs: 'ledger.read' },
    schema: {
      tags: ['findings', 'ledger'],
      summary: 'What the ledger holds on one finding',
      params: OfFinding,
      response: { 200: LedgerItems },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      const items = await store.withTenants([tenant], async (tx) => {
        const { finding } = await foundFinding(tx, tenant, request.params.id);
        const entries = await tx.ledger.ofSubject(tenant, 'finding', finding.id);
        return ledgerView(tx, tenant, readerOf(access), entries);
      });
      return { items };
    },
  });
}

/** A finding by id or alias. Throws `FINDING_UNKNOWN` (404). */
export async function foundFinding(tx: StateTx, tenant: string, id: string): Promise<StoredFinding> {
  const stored = await tx.findings.get(tenant, id);
  if (stored === null)
    throw new BridgewatchError('FINDING_UNKNOWN', `no finding "${id}" in this tenant; ids come from the queue`, 404);
  return stored;
}
