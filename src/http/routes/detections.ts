import { z } from 'zod';
import { Detection } from '../../contracts/detection.ts';
import type { StoredDetection } from '../../ports/work-store.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { HuntingDeps, ServerDeps } from '../deps.ts';
import { huntingOf } from './hunt-question.ts';
import { InTenant, Limit } from './params.ts';

const Which = z.object({
  after: z.coerce.number().int().min(0).default(0).describe('`next` of the page before; 0 begins with the oldest'),
  limit: Limit,
});
const Page = z.object({
  items: z.array(
    z.object({
      sequence: z.number(),
      detection: Detection,
      suppressedBy: z.string().nullable().describe('The tuning proposal whose filter keeps it from findings'),
    }),
  ),
  next: z.number().describe('Where to go on, also where there is nothing yet'),
});
/** Detections of all tenants lie in one row; this many are looked through for one answer. */
const LOOKED_AT = 20_000;
const READ = 1000;

/** What workers detected as it came in, oldest first: each hit of a rule, before triage makes findings of them. */
export function detectionRoutes(app: App, deps: Pick<ServerDeps, 'hunting' | 'store'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/detections',
    config: { needs: 'hunts.run' },
    schema: {
      tags: ['hunts'],
      summary: 'Detections in the order stored; ask again with next for those that come',
      params: InTenant,
      querystring: Which,
      response: { 200: Page },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const { after, limit } = request.query;
      const { stored, next } = ofTenant(huntingOf(deps), tenant.id, after, limit);
      const ids = stored.map(({ detection }) => detection.id);
      const aside = await deps.store.withTenants([tenant.id], (tx) => tx.tuning.suppressedAmong(tenant.id, ids));
      const suppressed = new Map(aside.map(({ detection, proposal }) => [detection, proposal]));
      const items = stored.map(({ sequence, detection }) => ({
        sequence,
        detection,
        suppressedBy: suppressed.get(detection.id) ?? null,
      }));
      return { items, next };
    },
  });
}

function ofTenant(
  { work }: HuntingDeps,
  tenant: string,
  after: number,
  limit: number,
): { stored: StoredDetection[]; next: number } {
  const stored: StoredDetection[] = [];
  let next = after;
  for (let looked = 0; looked < LOOKED_AT; looked += READ) {
    const read = work.detections(next, READ);
    for (const each of read) {
      next = each.sequence;
      if (each.detection.tenant === tenant) stored.push(each);
      if (stored.length === limit) return { stored, next };
    }
    if (read.length < READ) break;
  }
  return { stored, next };
}
