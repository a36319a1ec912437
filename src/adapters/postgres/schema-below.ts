import { bigint, boolean, doublePrecision, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { BelowTheLine } from '../../contracts/below-the-line.ts';

const moment = (name: string) => bigint(name, { mode: 'number' });

/** Stories below the line, and the draws from them; migrations/ makes them. */
export const belowTheLine = pgTable(
  'below_the_line',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    title: text('title').notNull(),
    family: text('family').notNull(),
    probability: doublePrecision('probability').notNull(),
    expectedLoss: doublePrecision('expected_loss').notNull(),
    why: text('why').$type<BelowTheLine['why']>().notNull(),
    entities: json('entities').$type<BelowTheLine['entities']>().notNull(),
    detectors: json('detectors').$type<BelowTheLine['detectors']>().notNull(),
    firstEventAt: moment('first_event_at').notNull(),
    lastEventAt: moment('last_event_at').notNull(),
    addedAt: moment('added_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    surfacedAt: moment('surfaced_at'),
    sampledAt: moment('sampled_at'),
    share: doublePrecision('share'),
    lost: boolean('lost').notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const belowTheLineDraws = pgTable(
  'below_the_line_draws',
  {
    tenantId: text('tenant_id').notNull(),
    day: moment('day').notNull(),
    at: moment('at').notNull(),
    population: integer('population').notNull(),
    drawn: integer('drawn').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.day] })],
);
