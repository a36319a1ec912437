import { and, asc, desc, eq, gt, gte, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { ClassChange } from '../../contracts/grant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { AutonomyRows } from '../../ports/state/autonomy.ts';
import {
  caseOf,
  classOf,
  closureOf,
  closureRow,
  grantOf,
  standing as standingOf,
  stopOf,
} from './autonomy-documents.ts';
import { findingsOfClass } from './autonomy-findings.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import {
  automationStops,
  autonomyCases,
  autonomyChanges,
  autonomyClasses,
  autonomyGrants,
  autonomyLabels,
  autonomyLabelsAsked,
  autonomySteps,
  closures,
  considerations,
} from './schema-autonomy.ts';

/** Rows of autonomy of one transaction. */
export function autonomyRows(queries: Queries, changed: NoteChange): AutonomyRows {
  return {
    ...classRows(queries, changed),
    ...recordRows(queries),
    ...grantRows(queries, changed),
    ...closureRows(queries, changed),
    ...findingsOfClass(queries),
    ...stopRows(queries, changed),
  };
}

type Rows<K extends keyof AutonomyRows> = Pick<AutonomyRows, K>;

function classRows(
  queries: Queries,
  changed: NoteChange,
): Rows<'classes' | 'class' | 'putClass' | 'addChange' | 'changes'> {
  const t = autonomyClasses;
  return {
    async classes(tenant) {
      const rows = await queries.select().from(t).where(eq(t.tenantId, tenant)).orderBy(asc(t.key));
      return rows.map(classOf);
    },
    async class(tenant, key, forUpdate = false) {
      const query = queries
        .select()
        .from(t)
        .where(and(eq(t.tenantId, tenant), eq(t.key, key)));
      const [row] = await (forUpdate ? query.for('update') : query);
      return row === undefined ? null : classOf(row);
    },
    async putClass(each) {
      const { tenant, key, family, subject, level, impact, reversible, epoch, epochSince, versions, cusum } = each;
      const moving = {
        level,
        epoch,
        epochSince,
        versions,
        grantId: each.grant,
        grantActive: each.grant === null ? null : true,
        cusum,
        updatedAt: each.updatedAt,
      };
      const what = subject.does === 'close' ? subject.disposition : subject.kind;
      await queries
        .insert(t)
        .values({ tenantId: tenant, key, family, does: subject.does, what, impact, reversible, ...moving })
        .onConflictDoUpdate({ target: [t.tenantId, t.key], set: moving });
      changed(tenant, 'autonomy', key);
    },
    async addChange({ tenant, key, from, to, by, ...change }) {
      await queries.insert(autonomyChanges).values({
        tenantId: tenant,
        key,
        seq: sql`(SELECT coalesce(max(seq), 0) + 1 FROM autonomy_changes WHERE tenant_id = ${tenant} AND key = ${key})`,
        levelFrom: from,
        levelTo: to,
        byId: by?.id ?? null,
        byName: by?.name ?? null,
        ...change,
      });
    },
    async changes(tenant, key, limit) {
      const c = autonomyChanges;
      const rows = await queries
        .select()
        .from(c)
        .where(and(eq(c.tenantId, tenant), eq(c.key, key)))
        .orderBy(desc(c.seq))
        .limit(limit);
      return rows.map(
        ({ tenantId: _, levelFrom, levelTo, byId, byName, ...row }): ClassChange => ({
          ...row,
          tenant,
          from: levelFrom,
          to: levelTo,
          by: byId === null ? null : { id: byId, name: byName ?? '' },
        }),
      );
    },
  };
}

function recordRows(
  queries: Queries,
): Rows<'addCase' | 'cases' | 'casesOf' | 'addLabel' | 'labels' | 'addLabelAsked' | 'labelsAsked'> {
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
      return rows.map(({ tenantId: _, findingId, byId, byName, ...row }) => ({
        ...row,
        tenant,
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
      return rows.map(({ tenantId: _, findingId, ...row }) => ({ ...row, tenant, finding: findingId }));
    },
  };
}

function grantRows(
  queries: Queries,
  changed: NoteChange,
): Rows<'addGrant' | 'endGrant' | 'grant' | 'grantsOf' | 'addStep' | 'steps'> {
  const g = autonomyGrants;
  const s = autonomySteps;
  return {
    async addGrant({ tenant, key, signedBy, ...grant }) {
      await queries.insert(g).values({
        tenantId: tenant,
        classKey: key,
        signedById: signedBy.id,
        signedByName: signedBy.name,
        active: grant.endedAt === null,
        ...grant,
      });
      changed(tenant, 'autonomy', key);
    },
    async endGrant(tenant, id, at, why) {
      const ended = await queries
        .update(g)
        .set({ active: false, endedAt: at, endedWhy: why })
        .where(and(eq(g.tenantId, tenant), eq(g.id, id), eq(g.active, true)))
        .returning({ id: g.id });
      if (ended.length === 1) return;
      throw new BridgewatchError('AUTONOMY_GRANT_ENDED', `grant ${id} is not active; it has ended already`, 409);
    },
    async grant(tenant, id) {
      const [row] = await queries
        .select()
        .from(g)
        .where(and(eq(g.tenantId, tenant), eq(g.id, id)));
      return row === undefined ? null : grantOf(row);
    },
    async grantsOf(tenant, key) {
      const rows = await queries
        .select()
        .from(g)
        .where(and(eq(g.tenantId, tenant), eq(g.classKey, key)))
        .orderBy(desc(g.signedAt), desc(g.id));
      return rows.map(grantOf);
    },
    async addStep({ tenant, grant, exposure, since, by }) {
      await queries
        .insert(s)
        .values({ tenantId: tenant, grantId: grant, exposure, since, byId: by.id, byName: by.name });
    },
    async steps(tenant, grant) {
      const rows = await queries
        .select()
        .from(s)
        .where(and(eq(s.tenantId, tenant), eq(s.grantId, grant)))
        .orderBy(asc(s.exposure));
      return rows.map(({ exposure, since, byId, byName }) => ({
        tenant,
        grant,
        exposure,
        since,
        by: { id: byId, name: byName },
      }));
    },
  };
}

function closureRows(
  queries: Queries,
  changed: NoteChange,
): Rows<
  | 'addClosure'
  | 'moveClosure'
  | 'closure'
  | 'closuresOf'
  | 'closures'
  | 'closedSince'
  | 'reviewsOverdue'
  | 'addConsideration'
  | 'considerationsOf'
> {
  const c = closures;
  const read = async (where: SQL | undefined, limit: number) => {
    const rows = await queries.select().from(c).where(where).orderBy(desc(c.at), desc(c.id)).limit(limit);
    return rows.map(closureOf);
  };
  return {
    async addClosure(closure) {
      await queries.insert(c).values(closureRow(closure));
      changed(closure.tenant, 'closure', closure.id);
    },
    async moveClosure(closure) {
      const moved = await queries
        .update(c)
        .set(standingOf(closure))
        .where(and(eq(c.tenantId, closure.tenant), eq(c.id, closure.id)))
        .returning({ id: c.id });
      if (moved.length === 0)
        throw new BridgewatchError('AUTONOMY_CLOSURE_UNKNOWN', `There is no closure ${closure.id}`, 404);
      changed(closure.tenant, 'closure', closure.id);
    },
    async closure(tenant, id, forUpdate = false) {
      const query = queries
        .select()
        .from(c)
        .where(and(eq(c.tenantId, tenant), eq(c.id, id)));
      const [row] = await (forUpdate ? query.for('update') : query);
      return row === undefined ? null : closureOf(row);
    },
    closuresOf: (tenant, finding) => read(and(eq(c.tenantId, tenant), eq(c.findingId, finding)), 100),
    closures: (tenant, { key, grant, state, closedAfter }, limit) =>
      read(
        and(
          eq(c.tenantId, tenant),
          key === undefined ? undefined : eq(c.key, key),
          grant === undefined ? undefined : eq(c.grantId, grant),
          state === undefined ? undefined : eq(c.state, state),
          closedAfter === undefined ? undefined : gt(c.closedAt, closedAfter),
        ),
        limit,
      ),
    async closedSince(tenant, key, since) {
      const [row] = await queries
        .select({ count: sql<number>`count(*)::integer` })
        .from(c)
        .where(and(eq(c.tenantId, tenant), eq(c.key, key), gte(c.closedAt, since)));
      return row?.count ?? 0;
    },
    async reviewsOverdue(tenant, grant, now) {
      const [row] = await queries
        .select({ count: sql<number>`count(*)::integer` })
        .from(c)
        .where(
          and(
            eq(c.tenantId, tenant),
            eq(c.grantId, grant),
            eq(c.state, 'closed'),
            isNull(c.reviewedAs),
            lt(c.reviewDueAt, now),
          ),
        );
      return row?.count ?? 0;
    },
    async addConsideration({ tenant, finding, grant, ...consideration }) {
      await queries
        .insert(considerations)
        .values({ tenantId: tenant, findingId: finding, grantId: grant, ...consideration })
        .onConflictDoNothing();
      changed(tenant, 'finding', finding);
    },
    async considerationsOf(tenant, finding) {
      const rows = await queries
        .select()
        .from(considerations)
        .where(and(eq(considerations.tenantId, tenant), eq(considerations.findingId, finding)))
        .orderBy(desc(considerations.at));
      return rows.map(({ tenantId: _, findingId, grantId, ...row }) => ({
        ...row,
        tenant,
        finding: findingId,
        grant: grantId,
      }));
    },
  };
}

function stopRows(
  queries: Queries,
  changed: NoteChange,
): Rows<'addStop' | 'liftStop' | 'standing' | 'stops' | 'stopped'> {
  const s = automationStops;
  return {
    async addStop({ tenant, by, liftedBy, ...stop }) {
      await queries.insert(s).values({
        tenantId: tenant,
        byId: by.id,
        byName: by.name,
        liftedById: liftedBy?.id ?? null,
        liftedByName: liftedBy?.name ?? null,
        ...stop,
      });
      changed(tenant, 'switch', stop.id);
    },
    async liftStop(tenant, id, by, at) {
      const lifted = await queries
        .update(s)
        .set({ liftedAt: at, liftedById: by.id, liftedByName: by.name })
        .where(and(eq(s.tenantId, tenant), eq(s.id, id), isNull(s.liftedAt)))
        .returning({ id: s.id });
      changed(tenant, 'switch', id);
      return lifted.length === 1;
    },
    async standing() {
      await queries.execute(sql`SELECT set_config('statement_timeout', '500', true)`);
      const rows = await queries.select().from(s).where(isNull(s.liftedAt)).orderBy(asc(s.at));
      return rows.map(stopOf);
    },
    async stops(tenant, limit) {
      const rows = await queries
        .select()
        .from(s)
        .where(eq(s.tenantId, tenant))
        .orderBy(desc(s.at), desc(s.id))
        .limit(limit);
      return rows.map(stopOf);
    },
    async stopped(tenant, key) {
      const { rows } = await queries.execute<{ stopped: boolean }>(
        sql`SELECT automation_stopped(${tenant}, ${key}) AS stopped`,
      );
      return rows[0]?.stopped !== false;
    },
  };
}
