import { bigint, doublePrecision, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Disposition } from '../../contracts/investigation.ts';
import type { Lesson, Measured, ModelVersion } from '../../contracts/learning.ts';
import type { Features, Model } from '../../contracts/model.ts';

const moment = (name: string) => bigint(name, { mode: 'number' });

/** Tables of models and of what they learn from; migrations/ makes them. */
export const modelVersions = pgTable(
  'model_versions',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    document: json('document').$type<Model>().notNull(),
    origin: text('origin').$type<ModelVersion['origin']>().notNull(),
    calibratedOn: integer('calibrated_on').notNull(),
    measured: json('measured').$type<Measured>(),
    madeAt: moment('made_at').notNull(),
    madeById: text('made_by_id'),
    madeByName: text('made_by_name'),
    note: text('note').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const modelPromotions = pgTable(
  'model_promotions',
  {
    tenantId: text('tenant_id').notNull(),
    seq: integer('seq').notNull(),
    fromId: text('from_id'),
    toId: text('to_id').notNull(),
    reason: text('reason').notNull(),
    byId: text('by_id'),
    byName: text('by_name'),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.seq] })],
);

export const modelChallengers = pgTable('model_challengers', {
  tenantId: text('tenant_id').primaryKey(),
  document: json('document').$type<Model>().notNull(),
  learnedAt: moment('learned_at').notNull(),
});

export const modelExamples = pgTable(
  'model_examples',
  {
    tenantId: text('tenant_id').notNull(),
    determinationId: text('determination_id').notNull(),
    findingId: text('finding_id').notNull(),
    revision: integer('revision').notNull(),
    at: moment('at').notNull(),
    analystId: text('analyst_id').notNull(),
    verdict: text('verdict').$type<Disposition>().notNull(),
    features: json('features').$type<Features>(),
    weight: doublePrecision('weight').notNull(),
    supersededAt: moment('superseded_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.determinationId] })],
);

export const modelLessons = pgTable(
  'model_lessons',
  {
    tenantId: text('tenant_id').notNull(),
    determinationId: text('determination_id').notNull(),
    document: json('document').$type<Lesson>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.determinationId] })],
);

export const modelScores = pgTable(
  'model_scores',
  {
    tenantId: text('tenant_id').notNull(),
    versionId: text('version_id').notNull(),
    findingId: text('finding_id').notNull(),
    revision: integer('revision').notNull(),
    probability: doublePrecision('probability').notNull(),
    championId: text('champion_id').notNull(),
    championProbability: doublePrecision('champion_probability').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.versionId, t.findingId, t.revision] })],
);
