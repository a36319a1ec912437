import { z } from 'zod';
import { FindingStatus } from '../../contracts/finding.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { entityTag } from '../precondition.ts';
import { FindingPage, type FindingRow, FindingRows, LedgerItems } from '../views.ts';
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
export function findingRoutes(app: App, { store }: Pick<ServerDeps, 'store'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/findings',
    config: { needs: 'findings.read' },
    schema: {
      tags: ['findings'],
      summary: 'The queue, highest threat probability first',
      params: InTenant,
      querystring: Queue,
      response: { 200: FindingRows },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const { status, cursor, limit } = request.query;
      const filter = status === undefined ? {} : { status };
      const page = await store.withTenants([tenant.id], (tx) =>
        tx.findings.page(tenant.id, filter, cursor ?? null, limit),
      );
      return { items: page.items.map(rowOf), next: page.next };
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/findings/:id',
    config: { needs: 'findings.read' },
    schema: {
      tags: ['findings'],
      summary: 'One finding; its ETag is its revision',
      params: OfFinding,
      response: { 200: FindingPage },
    },
    handler: async (request, reply) => {
      const { tenant } = accessOf(request);
      const page = await store.withTenants([tenant.id], async (tx) => {
        const stored = await foundFinding(tx, tenant.id, request.params.id);
        return { ...pageOf(stored), history: [...(await tx.determinations.ofFinding(tenant.id, stored.finding.id))] };
      });
      reply.header('etag', entityTag(page.finding.revision));
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
      const { tenant } = accessOf(request);
      const items = await store.withTenants([tenant.id], async (tx) => {
        const { finding } = await foundFinding(tx, tenant.id, request.params.id);
        return tx.ledger.ofSubject(tenant.id, 'finding', finding.id);
      });
      return { items: items.map(({ entry, hash, payload }) => ({ entry, hash, payload })) };
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

function pageOf({ finding, status, visibleAt, determination, firstSeen }: StoredFinding) {
  return { finding, status, visibleAt, determination, firstSeen };
}

function rowOf({ finding, status, visibleAt, determination }: StoredFinding): FindingRow {
  const { entities, firstEventAt, lastEventAt } = finding;
  return {
    id: finding.id,
    revision: finding.revision,
    title: finding.title,
    family: finding.family,
    threatProbability: finding.threatProbability,
    severity: finding.severity,
    techniques: finding.techniques,
    tactics: finding.tactics,
    entities,
    firstEventAt,
    lastEventAt,
    detections: finding.detections.length,
    status,
    visibleAt,
    recommendation: finding.recommendation.disposition,
    determination:
      determination === null ? null : { verdict: determination.verdict, by: determination.by, at: determination.at },
  };
}
