import { bigint, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { DoorName } from '../../contracts/source.ts';

/** Tables of sources and of their tokens; migrations/ makes them. */
export const sources = pgTable(
  'sources',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    door: text('door').$type<DoorName>().notNull(),
    peers: json('peers').$type<string[]>().notNull(),
    fingerprints: json('fingerprints').$type<string[]>().notNull(),
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
    createdById: text('created_by_id').notNull(),
    endedAt: bigint('ended_at', { mode: 'number' }),
    revision: integer('revision').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const sourceTokens = pgTable(
  'source_tokens',
  {
    tenantId: text('tenant_id').notNull(),
    sourceId: text('source_id').notNull(),
    id: text('id').notNull(),
    hash: text('hash').notNull().unique(),
    prefix: text('prefix').notNull(),
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
    createdById: text('created_by_id').notNull(),
    endedAt: bigint('ended_at', { mode: 'number' }),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.sourceId, t.id] })],
);
