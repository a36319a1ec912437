import { and, count, desc, eq, inArray } from 'drizzle-orm';
import type { SetAside } from '../../contracts/tuning.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { TuningRows } from '../../ports/state/tuning.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { tuningProposals, tuningSetAside } from './schema-tuning.ts';

const MOST_LISTED = 1000;
/** Rows of one statement: the protocol takes 65,535 values. */
const BATCH = 1000;

/** Tuning proposals of one transaction, and what they set aside. */
export function tuningRows(queries: Queries, changed: NoteChange): TuningRows {
  const { tenantId, id: idColumn, state, revision } = tuningProposals;
  const named = (tenant: string, id: string) => and(eq(tenantId, tenant), eq(idColumn, id));
  const get: TuningRows['get'] = async (tenant, id, forUpdate = false) => {
    const asked = queries.select().from(tuningProposals).where(named(tenant, id));
    const [row] = await (forUpdate ? asked.for('update') : asked);
    return row?.document ?? null;
  };
  return {
    ...asideRows(queries, changed),
    get,
    async add(proposal) {
      const { tenant, id, rule, proposedAt, expiresAt } = proposal;
      await queries.insert(tuningProposals).values({
        tenantId: tenant,
        id,
        ruleId: rule.id,
        state: proposal.state,
        proposedAt,
        expiresAt,
        document: proposal,
        revision: proposal.revision,
      });
      changed(tenant, 'tuning', id);
    },
    async list(tenant) {
      const rows = await queries
        .select()
        .from(tuningProposals)
        .where(eq(tenantId, tenant))
        .orderBy(desc(tuningProposals.proposedAt), desc(idColumn))
        .limit(MOST_LISTED);
      return rows.map(({ document }) => document);
    },
    async live(tenant) {
      const rows = await queries
        .select()
        .from(tuningProposals)
        .where(and(eq(tenantId, tenant), inArray(state, ['shadow', 'accepted'])))
        .orderBy(idColumn);
      return rows.map(({ document }) => document);
    },
    async put(proposal) {
      const { tenant, id } = proposal;
      const written = await queries
        .update(tuningProposals)
        .set({
          state: proposal.state,
          expiresAt: proposal.expiresAt,
          document: proposal,
          revision: proposal.revision,
        })
        .where(and(named(tenant, id), eq(revision, proposal.revision - 1)))
        .returning({ id: idColumn });
      if (written.length === 0) {
        const now = (await get(tenant, id))?.revision ?? 0;
        throw new BridgewatchError(
          'TUNING_REVISION_STALE',
          `tuning proposal ${id} is at revision ${now}, not ${proposal.revision - 1}; read it again before you decide`,
          412,
        );
      }
      changed(tenant, 'tuning', id);
    },
  };
}

function asideRows(
  queries: Queries,
  changed: NoteChange,
): Pick<TuningRows, 'setAside' | 'asideOf' | 'suppressedAmong' | 'counts'> {
  const { tenantId, proposalId, detectionId, mode, seenAt } = tuningSetAside;
  return {
    async setAside(tenant, aside) {
      for (let at = 0; at < aside.length; at += BATCH) {
        const rows = aside.slice(at, at + BATCH).map(({ proposal, detection, ...row }) => ({
          ...row,
          tenantId: tenant,
          proposalId: proposal,
          detectionId: detection,
        }));
        await queries.insert(tuningSetAside).values(rows).onConflictDoNothing();
      }
      for (const proposal of new Set(aside.map((each) => each.proposal))) changed(tenant, 'tuning-count', proposal);
    },
    async asideOf(tenant, proposal, limit) {
      const rows = await queries
        .select()
        .from(tuningSetAside)
        .where(and(eq(tenantId, tenant), eq(proposalId, proposal)))
        .orderBy(desc(seenAt), desc(detectionId))
        .limit(limit);
      return rows.map(asideFrom);
    },
    async suppressedAmong(tenant, detections) {
      const found: SetAside[] = [];
      for (let at = 0; at < detections.length; at += BATCH) {
        const rows = await queries
          .select({ aside: tuningSetAside })
          .from(tuningSetAside)
          .innerJoin(tuningProposals, and(eq(tuningProposals.tenantId, tenantId), eq(tuningProposals.id, proposalId)))
          .where(
            and(
              eq(tenantId, tenant),
              eq(mode, 'suppressed'),
              eq(tuningProposals.state, 'accepted'),
              inArray(detectionId, detections.slice(at, at + BATCH)),
            ),
          );
        found.push(...rows.map(({ aside }) => asideFrom(aside)));
      }
      return found;
    },
    async counts(tenant) {
      const rows = await queries
        .select({ proposal: proposalId, mode, times: count() })
        .from(tuningSetAside)
        .where(eq(tenantId, tenant))
        .groupBy(proposalId, mode);
      const counts = new Map<string, { shadow: number; suppressed: number }>();
      for (const row of rows) {
        const counted = counts.get(row.proposal) ?? { shadow: 0, suppressed: 0 };
        counted[row.mode] = row.times;
        counts.set(row.proposal, counted);
      }
      return counts;
    },
  };
}

function asideFrom({
  tenantId: _tenant,
  proposalId,
  detectionId,
  ...row
}: typeof tuningSetAside.$inferSelect): SetAside {
  return { ...row, proposal: proposalId, detection: detectionId };
}
