import { and, asc, desc, eq, gt, gte, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { BelowTheLine } from '../../contracts/below-the-line.ts';
import type { BelowRows } from '../../ports/state/below.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { belowTheLine, belowTheLineDraws } from './schema-below.ts';

const MOST_DRAWN = 1000;
/** Rows of one statement: PostgreSQL takes 65,535 parameters. */
const CHUNK = 500;

/** What one transaction keeps below the line. */
export function belowRows(queries: Queries, changed: NoteChange): BelowRows {
  const named = (tenant: string, ids: readonly string[]) =>
    and(eq(belowTheLine.tenantId, tenant), inArray(belowTheLine.id, [...ids]));
  return {
    async put(rows) {
      for (let at = 0; at < rows.length; at += CHUNK) {
        const chunk = rows.slice(at, at + CHUNK).map(({ tenant, ...row }) => ({ ...row, tenantId: tenant }));
        await queries
          .insert(belowTheLine)
          .values(chunk)
          .onConflictDoUpdate({
            target: [belowTheLine.tenantId, belowTheLine.id],
            set: {
              title: sql`excluded.title`,
              family: sql`excluded.family`,
              probability: sql`excluded.probability`,
              expectedLoss: sql`excluded.expected_loss`,
              why: sql`excluded.why`,
              entities: sql`excluded.entities`,
              detectors: sql`excluded.detectors`,
              firstEventAt: sql`excluded.first_event_at`,
              lastEventAt: sql`excluded.last_event_at`,
              updatedAt: sql`excluded.updated_at`,
              surfacedAt: sql`null`,
            },
          });
      }
      for (const tenant of new Set(rows.map((row) => row.tenant))) changed(tenant, 'below_the_line', tenant);
    },

    async surfaced(tenant, ids, at) {
      if (ids.length === 0) return;
      await queries.update(belowTheLine).set({ surfacedAt: at }).where(named(tenant, ids));
    },

    async page(tenant, { text, why }, cursor, limit) {
      const after = cursor === null ? null : readCursor(cursor);
      const { expectedLoss, id, title, entities, detectors, sampledAt, tenantId } = belowTheLine;
      const found = and(
        eq(tenantId, tenant),
        isNull(sampledAt),
        isNull(belowTheLine.surfacedAt),
        why === undefined ? undefined : eq(belowTheLine.why, why),
        // strpos takes the text as it is: nothing in it is a pattern.
        text === undefined
          ? undefined
          : sql`strpos(lower(${title} || ' ' || ${entities}::text || ' ' || ${detectors}::text), ${text}) > 0`,
      );
      const rows = await queries
        .select()
        .from(belowTheLine)
        .where(
          and(
            found,
            after === null
              ? undefined
              : or(lt(expectedLoss, after.rank), and(eq(expectedLoss, after.rank), gt(id, after.id))),
          ),
        )
        .orderBy(desc(expectedLoss), asc(id))
        .limit(limit + 1);
      const [counted] = await queries.select({ total: sql<number>`count(*)::integer` }).from(belowTheLine).where(found);
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const more = rows.length > limit && last !== undefined;
      return {
        items: shown.map(rowFrom),
        next: more ? writeCursor({ rank: last.expectedLoss, id: last.id }) : null,
        total: counted?.total ?? 0,
      };
    },

    async drawable(tenant, from, to) {
      return await queries
        .select({ id: belowTheLine.id, probability: belowTheLine.probability })
        .from(belowTheLine)
        .where(
          and(
            eq(belowTheLine.tenantId, tenant),
            gte(belowTheLine.addedAt, from),
            lt(belowTheLine.addedAt, to),
            isNull(belowTheLine.sampledAt),
            isNull(belowTheLine.surfacedAt),
          ),
        )
        .orderBy(asc(belowTheLine.id));
    },

    async draw(tenant, { day, at, population, drawn }) {
      const written = await queries
        .insert(belowTheLineDraws)
        .values({ tenantId: tenant, day, at, population, drawn: drawn.length })
        .onConflictDoNothing()
        .returning({ day: belowTheLineDraws.day });
      if (written.length === 0) return;
      for (const { id, share, lost } of drawn)
        await queries
          .update(belowTheLine)
          .set({ sampledAt: at, share, lost })
          .where(named(tenant, [id]));
    },

    async wasDrawn(tenant, day) {
      const [row] = await queries
        .select({ day: belowTheLineDraws.day })
        .from(belowTheLineDraws)
        .where(and(eq(belowTheLineDraws.tenantId, tenant), eq(belowTheLineDraws.day, day)));
      return row !== undefined;
    },

    async drawn(tenant) {
      const rows = await queries
        .select()
        .from(belowTheLine)
        .where(and(eq(belowTheLine.tenantId, tenant), isNotNull(belowTheLine.sampledAt)))
        .orderBy(desc(belowTheLine.sampledAt), asc(belowTheLine.id))
        .limit(MOST_DRAWN);
      return rows.flatMap(({ id, sampledAt, share, lost }) =>
        sampledAt === null || share === null ? [] : [{ id, at: sampledAt, share, lost }],
      );
    },

    async forget(tenant, before) {
      const { rows } = await queries.execute<{ gone: number }>(
        sql`SELECT forget_below_the_line(${tenant}, ${before}::bigint) AS gone`,
      );
      return rows[0]?.gone ?? 0;
    },
  };
}

function rowFrom(row: typeof belowTheLine.$inferSelect): BelowTheLine {
  const { id, title, family, probability, expectedLoss, why, entities, detectors } = row;
  const { tenantId: tenant, firstEventAt, lastEventAt, addedAt, updatedAt } = row;
  const times = { firstEventAt, lastEventAt, addedAt, updatedAt };
  return { id, tenant, title, family, probability, expectedLoss, why, entities, detectors, ...times };
}
