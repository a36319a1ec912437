import { and, asc, eq } from 'drizzle-orm';
import type { AutonomyRows } from '../../../ports/state/autonomy.ts';
import type { Queries } from '../connection.ts';
import { autonomyCases, autonomyLabels, autonomyLabelsAsked } from '../schema-autonomy.ts';
import { caseOf } from './documents.ts';

/** The record of one transaction: cases, and what was said of them later. */
export function recordRows(
  queries: Queries,
): Pick<AutonomyRows, 'addCase' | 'cases' | 'casesOf' | 'addLabel' | 'labels' | 'addLabelAsked' | 'labelsAsked'> {
  const c = autonomyCases;
  const l = autonomyLabels;
  const a = autonomyLabelsAsked;
  return {
    async addCase({ tenant, finding, from, by, ...each }) {
      const written = await queries
        .insert(c)
        .values({ tenantId: tenant, findingId: finding, fromKind: from, byId: by.id, byName: by.name, ...each })
        .onConflictDoNothing()
        .returning({ id: c.findingId });
      return written.length === 1;
    },
    async cases(tenant, key, epoch) {
      const rows = await queries
        .select()
        .from(c)
        .where(and(eq(c.tenantId, tenant), eq(c.key, key), eq(c.epoch, epoch)))
        .orderBy(asc(c.at), asc(c.findingId));
      return rows.map(caseOf);
    },
    async casesOf(tenant, finding) {
      const rows = await queries
        .select()
        .from(c)
        .where(and(eq(c.tenantId, tenant), eq(c.findingId, finding)));
      return rows.map(caseOf);
    },
    async addLabel({ tenant, finding, by, ...label }) {
      await queries
        .insert(l)
        .values({ tenantId: tenant, findingId: finding, byId: by.id, byName: by.name, ...label })
        .onConflictDoNothing();
    },
    async labels(tenant, key, epoch) {
      const rows = await queries
        .select()
        .from(l)
        .where(and(eq(l.tenantId, tenant), eq(l.key, key), eq(l.epoch, epoch)))
        .orderBy(asc(l.at), asc(l.source));
      return rows.map(({ tenantId, findingId, byId, byName, ...row }) => ({
        ...row,
        tenant: tenantId,
        finding: findingId,
        by: { id: byId, name: byName },
      }));
    },
    async addLabelAsked({ tenant, finding, ...asked }) {
      await queries.insert(a).values({ tenantId: tenant, findingId: finding, ...asked });
    },
    async labelsAsked(tenant, key, epoch) {
      const rows = await queries
        .select()
        .from(a)
        .where(and(eq(a.tenantId, tenant), eq(a.key, key), eq(a.epoch, epoch)))
        .orderBy(asc(a.at), asc(a.task));
      return rows.map(({ tenantId, findingId, ...row }) => ({ ...row, tenant: tenantId, finding: findingId }));
    },
  };
}
