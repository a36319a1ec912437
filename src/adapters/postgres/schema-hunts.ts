import { bigint, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { HuntSchedule } from '../../contracts/hunt.ts';

const moment = (name: string) => bigint(name, { mode: 'number' });

/** Tables of saved hunts and their runs; migrations/ makes them. */
export const hunts = pgTable(
  'hunts',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    hypothesis: text('hypothesis').notNull(),
    search: text('search'),
    sql: text('sql'),
    hours: integer('hours').notNull(),
    schedule: json('schedule').$type<HuntSchedule>().notNull(),
    createdById: text('created_by_id').notNull(),
    ownerId: text('owner_id').notNull(),
    createdAt: moment('created_at').notNull(),
    endedAt: moment('ended_at'),
    dueAt: moment('due_at'),
    leaseUntil: moment('lease_until'),
    revision: integer('revision').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const huntRuns = pgTable(
  'hunt_runs',
  {
    tenantId: text('tenant_id').notNull(),
    huntId: text('hunt_id').notNull(),
    id: text('id').notNull(),
    byId: text('by_id'),
    startedAt: moment('started_at').notNull(),
    milliseconds: integer('milliseconds').notNull(),
    from: moment('from_at').notNull(),
    to: moment('to_at').notNull(),
    receivedTo: moment('received_to').notNull(),
    found: moment('found'),
    fresh: moment('fresh'),
    events: json('events').$type<string[]>().notNull(),
    error: text('error'),
    conclusion: text('conclusion'),
    concludedById: text('concluded_by_id'),
    concludedAt: moment('concluded_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.huntId, t.id] })],
);
