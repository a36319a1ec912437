import { and, count, desc, eq, inArray, isNull, lte, or } from 'drizzle-orm';
import type { HuntRun, SavedHunt } from '../../contracts/hunt.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { HuntRows } from '../../ports/state/hunts.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { huntRuns, hunts } from './schema-hunts.ts';

const MOST_LISTED = 1000;

/** Saved hunts of one transaction, and their runs. */
export function huntRows(queries: Queries, changed: NoteChange): HuntRows {
  const named = (tenant: string, id: string) => and(eq(hunts.tenantId, tenant), eq(hunts.id, id));
  const get: HuntRows['get'] = async (tenant, id) => {
    const [row] = await queries.select().from(hunts).where(named(tenant, id));
    return row === undefined ? null : huntFrom(row);
  };
  return {
    ...runRows(queries, changed),
    get,
    async add({ tenant, createdBy, owner, ...hunt }) {
      await queries.insert(hunts).values({ ...hunt, tenantId: tenant, createdById: createdBy, ownerId: owner });
      changed(tenant, 'hunt', hunt.id);
    },
    async list(tenant, ended) {
      const rows = await queries
        .select()
        .from(hunts)
        .where(and(eq(hunts.tenantId, tenant), ended ? undefined : isNull(hunts.endedAt)))
        .orderBy(hunts.name, hunts.id)
        .limit(MOST_LISTED);
      return rows.map(huntFrom);
    },
    async countLive(tenant) {
      const [row] = await queries
        .select({ live: count() })
        .from(hunts)
        .where(and(eq(hunts.tenantId, tenant), isNull(hunts.endedAt)));
      return row?.live ?? 0;
    },
    async put({ tenant, id, name, hypothesis, search, sql, hours, schedule, owner, endedAt, dueAt, revision }) {
      const written = await queries
        .update(hunts)
        .set({ name, hypothesis, search, sql, hours, schedule, ownerId: owner, endedAt, dueAt, revision })
        .where(and(named(tenant, id), eq(hunts.revision, revision - 1)))
        .returning({ id: hunts.id });
      if (written.length === 0) {
        const now = (await get(tenant, id))?.revision ?? 0;
        throw new BridgewatchError(
          'HUNT_REVISION_STALE',
          `hunt ${id} is at revision ${now}, not ${revision - 1}; read it again before you change it`,
          412,
        );
      }
      changed(tenant, 'hunt', id);
    },
    async claim(tenants, now, until) {
      const due = await queries
        .select()
        .from(hunts)
        .where(
          and(
            inArray(hunts.tenantId, [...tenants]),
            isNull(hunts.endedAt),
            lte(hunts.dueAt, now),
            or(isNull(hunts.leaseUntil), lte(hunts.leaseUntil, now)),
          ),
        )
        .orderBy(hunts.dueAt, hunts.id)
        .limit(1)
        .for('update', { skipLocked: true });
      const [row] = due;
      if (row === undefined) return null;
      await queries.update(hunts).set({ leaseUntil: until }).where(named(row.tenantId, row.id));
      return huntFrom(row);
    },
    async settle(tenant, id, dueAt) {
      await queries.update(hunts).set({ leaseUntil: null, dueAt }).where(named(tenant, id));
    },
  };
}

function runRows(queries: Queries, changed: NoteChange): Pick<HuntRows, 'addRun' | 'runs' | 'run' | 'conclude'> {
  const named = (tenant: string, hunt: string, id: string) =>
    and(eq(huntRuns.tenantId, tenant), eq(huntRuns.huntId, hunt), eq(huntRuns.id, id));
  return {
    async addRun({ tenant, hunt, by, conclusion: _none, ...run }) {
      await queries.insert(huntRuns).values({ ...run, tenantId: tenant, huntId: hunt, byId: by });
      changed(tenant, 'hunt', hunt);
    },
    async runs(tenant, hunt, limit) {
      const rows = await queries
        .select()
        .from(huntRuns)
        .where(and(eq(huntRuns.tenantId, tenant), eq(huntRuns.huntId, hunt)))
        .orderBy(desc(huntRuns.startedAt), desc(huntRuns.id))
        .limit(limit);
      return rows.map(runFrom);
    },
    async run(tenant, hunt, id) {
      const [row] = await queries
        .select()
        .from(huntRuns)
        .where(named(tenant, hunt, id));
      return row === undefined ? null : runFrom(row);
    },
    async conclude(tenant, hunt, id, { text, by, at }) {
      const written = await queries
        .update(huntRuns)
        .set({ conclusion: text, concludedById: by, concludedAt: at })
        .where(and(named(tenant, hunt, id), isNull(huntRuns.conclusion)))
        .returning({ id: huntRuns.id });
      if (written.length > 0) changed(tenant, 'hunt', hunt);
      return written.length > 0;
    },
  };
}

function huntFrom({
  tenantId,
  createdById,
  ownerId,
  leaseUntil: _lease,
  ...row
}: typeof hunts.$inferSelect): SavedHunt {
  return { ...row, tenant: tenantId, createdBy: createdById, owner: ownerId };
}

function runFrom({
  tenantId,
  huntId,
  byId,
  conclusion,
  concludedById,
  concludedAt,
  ...row
}: typeof huntRuns.$inferSelect): HuntRun {
  const isConcluded = conclusion !== null && concludedById !== null && concludedAt !== null;
  return {
    ...row,
    tenant: tenantId,
    hunt: huntId,
    by: byId,
    conclusion: isConcluded ? { text: conclusion, by: concludedById, at: concludedAt } : null,
  };
}
