import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core';
import type { contextKinds } from '../../contracts/context.ts';
import type { Confidence } from '../../contracts/determination.ts';
import type { EntityKind } from '../../contracts/entity.ts';
import type { Finding } from '../../contracts/finding.ts';
import type { Disposition } from '../../contracts/investigation.ts';
import type { Ranking } from '../../contracts/ranking.ts';
import type { Role } from '../../contracts/tenant.ts';
import type { StoredFinding } from '../../ports/state-store.ts';

/**
 * The tables as queries see them. The SQL in migrations/ makes them, with the policies and rights that drizzle does not
 * know; a test holds the two equal.
 */
const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
/** Epoch ms, UTC, from the product's clock. */
const moment = (name: string) => bigint(name, { mode: 'number' });
const tenantId = () => text('tenant_id').notNull();
const reviewOrder = () => bigint('review_order', { mode: 'number' }).notNull().default(sql`nextval('review_order')`);

export const tenants = pgTable('tenants', {
  tenantId: text('tenant_id').primaryKey(),
  name: text('name').notNull(),
  /** Who looks after it; null where nobody does. */
  providerId: text('provider_id'),
});

export const memberships = pgTable(
  'memberships',
  {
    tenantId: tenantId(),
    accountId: text('account_id').notNull(),
    role: text('role').$type<Role>().notNull(),
    removedAt: moment('removed_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.accountId] })],
);

export const findings = pgTable(
  'findings',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    revision: integer('revision').notNull(),
    status: text('status').$type<StoredFinding['status']>().notNull(),
    threatProbability: doublePrecision('threat_probability').notNull(),
    visibleAt: moment('visible_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    firstSeen: json('first_seen').$type<StoredFinding['firstSeen']>().notNull(),
    reviews: integer('reviews').notNull().default(0),
    rank: doublePrecision('rank').notNull().default(0),
    ranking: json('ranking').$type<Ranking>(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const findingRevisions = pgTable(
  'finding_revisions',
  {
    tenantId: tenantId(),
    findingId: text('finding_id').notNull(),
    revision: integer('revision').notNull(),
    document: json('document').$type<Finding>().notNull(),
    recordedAt: moment('recorded_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.findingId, t.revision] })],
);

export const findingAliases = pgTable(
  'finding_aliases',
  { tenantId: tenantId(), id: text('id').notNull(), findingId: text('finding_id').notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const determinations = pgTable(
  'determinations',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    findingId: text('finding_id').notNull(),
    revision: integer('revision').notNull(),
    /** Default nextval('review_order'): one order with reopenings. */
    reviewOrder: reviewOrder(),
    verdict: text('verdict').$type<Disposition>().notNull(),
    reason: text('reason').notNull(),
    note: text('note').notNull(),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    at: moment('at').notNull(),
    recommended: text('recommended').$type<Disposition>(),
    blind: boolean('blind').notNull().default(false),
    confidence: text('confidence').$type<Confidence>(),
    timeSpentMs: bigint('time_spent_ms', { mode: 'number' }),
    evidence: json('evidence').$type<string[]>().notNull().default([]),
    activityStartedAt: moment('activity_started_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const reopenings = pgTable(
  'reopenings',
  {
    tenantId: tenantId(),
    findingId: text('finding_id').notNull(),
    reviewOrder: reviewOrder(),
    revision: integer('revision').notNull(),
    reason: text('reason').notNull(),
    byKind: text('by_kind').$type<'human' | 'system'>().notNull(),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.findingId, t.reviewOrder] })],
);

export const evidenceEvents = pgTable(
  'evidence_events',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    time: moment('time').notNull(),
    lens: text('lens').notNull(),
    file: text('file').notNull(),
    line: integer('line').notNull(),
    raw: bytea('raw').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const counters = pgTable(
  'counters',
  { tenantId: tenantId(), name: text('name').notNull(), value: bigint('value', { mode: 'number' }).notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.name] })],
);

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    tenantId: tenantId(),
    accountId: text('account_id').notNull(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    status: integer('status').notNull(),
    body: bytea('body').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.accountId, t.key] })],
);

export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    tenantId: tenantId(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    entry: bytea('entry').notNull(),
    hash: text('hash').notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.seq] })],
);

export const ledgerPayloads = pgTable(
  'ledger_payloads',
  { tenantId: tenantId(), seq: bigint('seq', { mode: 'number' }).notNull(), payload: bytea('payload').notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.seq] })],
);

export const ledgerHeads = pgTable('ledger_heads', {
  tenantId: text('tenant_id').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  hash: text('hash').notNull(),
});

export const ledgerCheckpoints = pgTable(
  'ledger_checkpoints',
  {
    tenantId: tenantId(),
    size: bigint('size', { mode: 'number' }).notNull(),
    keyId: text('key_id').notNull(),
    checkpoint: text('checkpoint').notNull(),
    signature: text('signature').notNull(),
    tree: bytea('tree').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.size, t.keyId] })],
);

export const tenantPolicies = pgTable('tenant_policies', {
  tenantId: text('tenant_id').primaryKey(),
  policy: json('policy').notNull(),
  revision: integer('revision').notNull(),
  updatedAt: moment('updated_at').notNull(),
});

export const contextFacts = pgTable(
  'context_facts',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    entityKind: text('entity_kind').$type<EntityKind>().notNull(),
    entityValue: text('entity_value').notNull(),
    kind: text('kind').$type<(typeof contextKinds)[number]>().notNull(),
    body: json('body').notNull(),
    owner: text('owner').notNull(),
    fact: text('fact').notNull(),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    at: moment('at').notNull(),
    until: moment('until'),
    withdrawnAt: moment('withdrawn_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
