import { and, desc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { ModelVersion, Promotion, TaughtExample } from '../../contracts/learning.ts';
import type { ModelRows } from '../../ports/state/model.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { scoreRows } from './model-score-rows.ts';
import { modelChallengers, modelExamples, modelLessons, modelPromotions, modelVersions } from './schema-model.ts';

/** Models of one transaction, and what they learn from. */
export function modelRows(queries: Queries, changed: NoteChange): ModelRows {
  return {
    ...versionRows(queries, changed),
    ...exampleRows(queries, changed),
    ...scoreRows(queries),
    async challenger(tenant) {
      const [row] = await queries.select().from(modelChallengers).where(eq(modelChallengers.tenantId, tenant));
      return row === undefined ? null : { tenant, model: row.document, learnedAt: row.learnedAt };
    },
    async putChallenger({ tenant, model, learnedAt }) {
      const row = { tenantId: tenant, document: model, learnedAt };
      await queries
        .insert(modelChallengers)
        .values(row)
        .onConflictDoUpdate({ target: modelChallengers.tenantId, set: row });
      changed(tenant, 'model', tenant);
    },
    async putLesson(lesson) {
      const { tenant, determinations } = lesson;
      if (determinations.length === 0) return;
      await queries
        .insert(modelLessons)
        .values(determinations.map((determinationId) => ({ tenantId: tenant, determinationId, document: lesson })))
        .onConflictDoNothing();
    },
    async lesson(tenant, determination) {
      const [row] = await queries
        .select()
        .from(modelLessons)
        .where(and(eq(modelLessons.tenantId, tenant), eq(modelLessons.determinationId, determination)));
      return row?.document ?? null;
    },
  };
}

type VersionRows = Pick<ModelRows, 'addVersion' | 'version' | 'versions' | 'champion' | 'addPromotion' | 'promotions'>;

function versionRows(queries: Queries, changed: NoteChange): VersionRows {
  const lastPromotions = (tenant: string, limit: number) =>
    queries
      .select()
      .from(modelPromotions)
      .where(eq(modelPromotions.tenantId, tenant))
      .orderBy(desc(modelPromotions.seq))
      .limit(limit);
  const version: VersionRows['version'] = async (tenant, id) => {
    const [row] = await queries
      .select()
      .from(modelVersions)
      .where(and(eq(modelVersions.tenantId, tenant), eq(modelVersions.id, id)));
    return row === undefined ? null : versionFrom(row);
  };
  return {
    version,
    async addVersion({ tenant, model, madeBy, ...rest }) {
      const made = { madeById: madeBy?.id ?? null, madeByName: madeBy?.name ?? null };
      await queries
        .insert(modelVersions)
        .values({ ...rest, ...made, tenantId: tenant, document: model })
        .onConflictDoNothing();
      changed(tenant, 'model', rest.id);
    },
    async versions(tenant, limit) {
      const rows = await queries
        .select()
        .from(modelVersions)
        .where(eq(modelVersions.tenantId, tenant))
        .orderBy(desc(modelVersions.madeAt), modelVersions.id)
        .limit(limit);
      return rows.map(versionFrom);
    },
    async champion(tenant) {
      const [last] = await lastPromotions(tenant, 1);
      return last === undefined ? null : version(tenant, last.toId);
    },
    async addPromotion(promotion) {
      const { tenant, from, to, reason, by, at } = promotion;
      const [last] = await lastPromotions(tenant, 1);
      const seq = (last?.seq ?? 0) + 1;
      await queries.insert(modelPromotions).values({
        tenantId: tenant,
        seq,
        fromId: from,
        toId: to,
        reason,
        byId: by?.id ?? null,
        byName: by?.name ?? null,
        at,
      });
      changed(tenant, 'champion', to);
      return { ...promotion, seq };
    },
    async promotions(tenant, limit) {
      return (await lastPromotions(tenant, limit)).map(promotionFrom);
    },
  };
}

type ExampleRows = Pick<ModelRows, 'addExample' | 'supersede' | 'example' | 'examples' | 'untold' | 'missed'>;

function exampleRows(queries: Queries, changed: NoteChange): ExampleRows {
  const inForce = (tenant: string) => and(eq(modelExamples.tenantId, tenant), isNull(modelExamples.supersededAt));
  return {
    async addExample({ tenant, determination, finding, analyst, ...rest }) {
      await queries
        .insert(modelExamples)
        .values({ ...rest, tenantId: tenant, determinationId: determination, findingId: finding, analystId: analyst });
      changed(tenant, 'model_example', determination);
    },
    async supersede(tenant, finding, at) {
      const gone = await queries
        .update(modelExamples)
        .set({ supersededAt: at })
        .where(and(inForce(tenant), eq(modelExamples.findingId, finding)))
        .returning({ id: modelExamples.determinationId });
      for (const { id } of gone) changed(tenant, 'model_example', id);
      return gone.length;
    },
    async example(tenant, determination) {
      const [row] = await queries
        .select()
        .from(modelExamples)
        .where(and(eq(modelExamples.tenantId, tenant), eq(modelExamples.determinationId, determination)));
      return row === undefined ? null : exampleFrom(row);
    },
    async examples(tenant, limit) {
      const rows = await queries
        .select()
        .from(modelExamples)
        .where(and(inForce(tenant), isNotNull(modelExamples.features)))
        .orderBy(desc(modelExamples.at), desc(modelExamples.determinationId))
        .limit(limit);
      return rows.map(exampleFrom).toReversed();
    },
    async untold(tenant, limit) {
      const rows = await queries
        .select({ id: modelExamples.determinationId })
        .from(modelExamples)
        .leftJoin(
          modelLessons,
          and(
            eq(modelLessons.tenantId, modelExamples.tenantId),
            eq(modelLessons.determinationId, modelExamples.determinationId),
          ),
        )
        .where(and(inForce(tenant), isNotNull(modelExamples.features), isNull(modelLessons.determinationId)))
        .orderBy(modelExamples.at, modelExamples.determinationId)
        .limit(limit);
      return rows.map(({ id }) => id);
    },
    async missed(tenant) {
      const [row] = await queries
        .select({ missed: sql<number>`count(*)::int` })
        .from(modelExamples)
        .where(and(inForce(tenant), isNull(modelExamples.features)));
      return row?.missed ?? 0;
    },
  };
}

function versionFrom({
  tenantId,
  document,
  madeById,
  madeByName,
  ...row
}: typeof modelVersions.$inferSelect): ModelVersion {
  return { ...row, tenant: tenantId, model: document, madeBy: person(madeById, madeByName) };
}

function promotionFrom({
  tenantId,
  fromId,
  toId,
  byId,
  byName,
  ...row
}: typeof modelPromotions.$inferSelect): Promotion {
  return { ...row, tenant: tenantId, from: fromId, to: toId, by: person(byId, byName) };
}

function exampleFrom({
  tenantId,
  determinationId,
  findingId,
  analystId,
  ...row
}: typeof modelExamples.$inferSelect): TaughtExample {
  return { ...row, tenant: tenantId, determination: determinationId, finding: findingId, analyst: analystId };
}

function person(id: string | null, name: string | null): { id: string; name: string } | null {
  return id === null ? null : { id, name: name ?? '' };
}
