import { z } from 'zod';
import type { Activity } from '../../contracts/event.ts';
import { citedEvents } from '../../contracts/finding.ts';
import type { EvidenceEvent, StateTx } from '../../ports/state-store.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { ActivityView, EvidenceEvents } from '../views.ts';
import { foundFinding } from './findings.ts';
import { IdList, OfFinding } from './params.ts';

/** Most events one answer carries; a finding may rest on more, which are then asked for by id. */
const MOST_EVENTS = 500;
/** Raw text after which no further events are read for one answer. */
const MOST_CHARACTERS = 8 * 1024 * 1024;
const EVENTS_A_READ = 25;

const Which = z.object({ ids: IdList.optional() });

/** The raw events a finding rests on: whoever reads a claim can check it. */
export function evidenceRoutes(app: App, { store, activityOf }: Pick<ServerDeps, 'store' | 'activityOf'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/findings/:id/events',
    config: { needs: 'evidence.read' },
    schema: {
      tags: ['findings'],
      summary: 'Raw events behind a finding, by time',
      params: OfFinding,
      querystring: Which,
      response: { 200: EvidenceEvents },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const { ids } = request.query;
      const events = await store.withTenants([tenant.id], async (tx) => {
        const { finding } = await foundFinding(tx, tenant.id, request.params.id);
        const cited = citedEvents(finding);
        const asked = ids === undefined ? [...cited] : ids.filter((id) => cited.has(id));
        return { total: asked.length, found: await upToLimits(tx, tenant.id, asked) };
      });
      const items = events.found
        .map((event) => {
          const { id, time, lens, file, line, raw } = event;
          return { id, time, lens, file, line, raw, activity: viewOf(() => activityOf(event)) };
        })
        .sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
      return { items, total: events.total };
    },
  });
}

/** Events in the order asked for, until one answer is full: a record may be a megabyte. */
async function upToLimits(tx: StateTx, tenant: string, ids: readonly string[]): Promise<EvidenceEvent[]> {
  const found: EvidenceEvent[] = [];
  let characters = 0;
  for (let at = 0; at < Math.min(ids.length, MOST_EVENTS) && characters < MOST_CHARACTERS; at += EVENTS_A_READ) {
    const events = await tx.evidence.get(tenant, ids.slice(at, Math.min(at + EVENTS_A_READ, MOST_EVENTS)));
    found.push(...events);
    for (const { raw } of events) characters += raw.length;
  }
  return found;
}

/**
 * The activity as JSON, where absent facts are left out. A record can say anything: one whose activity does not fit or
 * cannot be read is shown raw, and keeps nobody from the others.
 */
function viewOf(read: () => Activity | null): z.infer<typeof ActivityView> | null {
  try {
    return ActivityView.safeParse(JSON.parse(JSON.stringify(read()))).data ?? null;
  } catch {
    return null;
  }
}
