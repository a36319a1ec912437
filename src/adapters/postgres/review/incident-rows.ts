import { and, desc, eq, inArray, ne } from 'drizzle-orm';
import type { Incident } from '../../../contracts/incident.ts';
import type { ReviewRows } from '../../../ports/state/review.ts';
import type { NoteChange } from '../changes.ts';
import type { Queries } from '../connection.ts';
import { incidents } from '../schema-review.ts';

type IncidentRows = Pick<
  ReviewRows,
  | 'openIncident'
  | 'incident'
  | 'liveIncident'
  | 'incidents'
  | 'incidentsOf'
  | 'containIncident'
  | 'closeIncident'
  | 'withdrawIncidents'
>;

/** Findings determined `threat`, until contained and closed. */
export function incidentRows(queries: Queries, changed: NoteChange): IncidentRows {
  const one = (tenant: string, id: string) => and(eq(incidents.tenantId, tenant), eq(incidents.id, id));
  const ofFinding = (tenant: string, finding: string) =>
    and(eq(incidents.tenantId, tenant), eq(incidents.findingId, finding));
  const told = (rows: readonly (typeof incidents.$inferSelect)[]): readonly Incident[] => {
    for (const { tenantId, id } of rows) changed(tenantId, 'incident', id);
    return rows.map(incidentOf);
  };
  return {
    async openIncident({ tenant, finding, determination, closedBy, ...incident }) {
      await queries.insert(incidents).values({
        ...incident,
        tenantId: tenant,
        findingId: finding,
        determinationId: determination,
        closedById: closedBy?.id ?? null,
        closedByName: closedBy?.name ?? null,
      });
      changed(tenant, 'incident', incident.id);
    },

    async incident(tenant, id, forUpdate = false) {
      const query = queries.select().from(incidents).where(one(tenant, id));
      const [row] = await (forUpdate ? query.for('update') : query);
      return row === undefined ? null : incidentOf(row);
    },

    async liveIncident(tenant, finding) {
      const [row] = await queries
        .select()
        .from(incidents)
        .where(and(ofFinding(tenant, finding), inArray(incidents.state, ['open', 'contained'])));
      return row === undefined ? null : incidentOf(row);
    },

    async incidents(tenant, limit) {
      const rows = await queries
        .select()
        .from(incidents)
        .where(eq(incidents.tenantId, tenant))
        .orderBy(desc(incidents.openedAt), desc(incidents.id))
        .limit(limit);
      return rows.map(incidentOf);
    },

    async incidentsOf(tenant, finding) {
      const rows = await queries
        .select()
        .from(incidents)
        .where(ofFinding(tenant, finding))
        .orderBy(desc(incidents.openedAt));
      return rows.map(incidentOf);
    },

    async containIncident(tenant, finding, at) {
      const rows = await queries
        .update(incidents)
        .set({ state: 'contained', containedAt: at })
        .where(and(ofFinding(tenant, finding), eq(incidents.state, 'open')))
        .returning();
      return told(rows).length > 0;
    },

    async closeIncident(tenant, id, { rootCause, beganAt, shouldHaveFired, by, at }) {
      const rows = await queries
        .update(incidents)
        .set({
          state: 'closed',
          rootCause,
          beganAt,
          shouldHaveFired,
          closedAt: at,
          closedById: by.id,
          closedByName: by.name,
        })
        .where(and(one(tenant, id), inArray(incidents.state, ['open', 'contained'])))
        .returning();
      return told(rows).length > 0;
    },

    async withdrawIncidents(tenant, finding, at) {
      const rows = await queries
        .update(incidents)
        .set({ state: 'withdrawn', withdrawnAt: at })
        .where(and(ofFinding(tenant, finding), ne(incidents.state, 'withdrawn')))
        .returning();
      return told(rows);
    },
  };
}

function incidentOf(row: typeof incidents.$inferSelect): Incident {
  const { tenantId, findingId, determinationId, closedById, closedByName, ...incident } = row;
  return {
    ...incident,
    tenant: tenantId,
    finding: findingId,
    determination: determinationId,
    closedBy: closedById === null ? null : { id: closedById, name: closedByName ?? '' },
  };
}
