import { z } from 'zod';
import { Entity } from '../../contracts/entity.ts';
import { Incident } from '../../contracts/incident.ts';
import { closeIncident, demandPerson, foundIncident } from '../../decide/index.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { type Access, accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { incidentView } from '../incident-view.ts';
import { KeyedHeaders, writeOnce } from '../keyed-write.ts';
import { TimelineEntry } from '../views.ts';
import { foundFinding } from './findings.ts';
import { InTenant, Moment, OfFinding, PlainText } from './params.ts';

const MOST_LISTED = 200;

/** An incident as a customer sees it: what, when, who decided and what was done; nothing of the AI's inner workings. */
const IncidentRow = Incident.omit({ tenant: true }).extend({
  title: z.string(),
  entities: z.array(Entity),
  /** Milliseconds from when it began to when the finding became visible; null where it began later, as far as is known. */
  timeToDetect: z.number().nullable(),
  /** Milliseconds from visible to determined. */
  timeToDetermine: z.number().nullable(),
  /** Milliseconds from visible to containment verified. */
  timeToRespond: z.number().nullable(),
});
const IncidentPage = IncidentRow.extend({ timeline: z.array(TimelineEntry) });
const Closing = z.strictObject({
  rootCause: PlainText.pipe(z.string().min(1).max(2000)),
  beganAt: Moment.describe('When it really began'),
  shouldHaveFired: PlainText.pipe(z.string().min(1).max(2000)).describe(
    'Detector that should have fired, or `none exists`',
  ),
});

/** Incidents: for staff and for the customer alike. */
export function incidentRoutes(app: App, deps: ServerDeps): void {
  const { store, clock, actionsOn } = deps;
  const viewOf = async (tx: StateTx, incident: Incident, { role }: Access) => {
    const stored = await foundFinding(tx, incident.tenant, incident.finding);
    const history = await tx.determinations.ofFinding(incident.tenant, stored.finding.id);
    return incidentView(incident, stored, history, role === 'customer');
  };

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/incidents',
    config: { needs: 'incidents.read' },
    schema: {
      tags: ['incidents'],
      summary: 'Incidents, newest first; withdrawn ones stay on record',
      params: InTenant,
      response: { 200: z.object({ items: z.array(IncidentRow) }) },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      return store.withTenants([tenant], async (tx) => {
        const items: z.infer<typeof IncidentRow>[] = [];
        for (const incident of await tx.review.incidents(tenant, MOST_LISTED)) {
          items.push(IncidentRow.parse(await viewOf(tx, incident, access)));
        }
        return { items };
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/incidents/:id',
    config: { needs: 'incidents.read' },
    schema: {
      tags: ['incidents'],
      summary: 'One incident: what happened, who decided, what was done, how fast',
      params: OfFinding,
      response: { 200: IncidentPage },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      return store.withTenants([tenant], async (tx) => {
        const page = await viewOf(tx, await foundIncident(tx, tenant, request.params.id), access);
        const done = (await actionsOn?.(tx, tenant, page.finding)) ?? [];
        return { ...page, timeline: [...page.timeline, ...done].toSorted((a, b) => a.at - b.at) };
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/incidents/:id/closures',
    config: { needs: 'incidents.close' },
    schema: {
      tags: ['incidents'],
      summary: 'Close an incident: root cause, when it really began, which detector should have fired',
      params: OfFinding,
      headers: KeyedHeaders,
      body: Closing,
      response: { 200: IncidentPage },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { person, tenant } = access;
      await demandPerson(store, tenant.id, person);
      const closing = { ...request.body, tenant: tenant.id, incident: request.params.id, by: person };
      const answer = await writeOnce(deps, access, request, null, async (tx) =>
        viewOf(tx, await closeIncident(tx, clock, closing), access),
      );
      return IncidentPage.parse(answer.body);
    },
  });
}
