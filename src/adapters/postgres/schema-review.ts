import { sql } from 'drizzle-orm';
import { bigint, boolean, doublePrecision, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Incident } from '../../contracts/incident.ts';
import type { Disposition } from '../../contracts/investigation.ts';
import type { BlindAssignment, ReviewKind, ReviewTask } from '../../contracts/review.ts';
import type { Shift } from '../../contracts/rota.ts';

/** Tables of review as queries see them; migrations/ makes them. */
const moment = (name: string) => bigint(name, { mode: 'number' });
const tenantId = () => text('tenant_id').notNull();
const findingId = () => text('finding_id').notNull();
const workOrder = () => bigint('work_order', { mode: 'number' }).notNull().default(sql`nextval('work_order')`);

export const blindAssignments = pgTable(
  'blind_assignments',
  {
    tenantId: tenantId(),
    findingId: findingId(),
    why: text('why').$type<BlindAssignment['why']>().notNull(),
    share: doublePrecision('share').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.findingId] })],
);

export const reviewTasks = pgTable(
  'review_tasks',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    findingId: findingId(),
    revision: integer('revision').notNull(),
    kind: text('kind').$type<ReviewKind>().notNull(),
    share: doublePrecision('share').notNull(),
    against: text('against').$type<Disposition>(),
    excludes: json('excludes').$type<string[]>().notNull(),
    createdAt: moment('created_at').notNull(),
    dueAt: moment('due_at').notNull(),
    state: text('state').$type<ReviewTask['state']>().notNull().default('open'),
    doneById: text('done_by_id'),
    doneByName: text('done_by_name'),
    verdict: text('verdict').$type<Disposition>(),
    reason: text('reason'),
    note: text('note'),
    doneAt: moment('done_at'),
    blind: boolean('blind'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const reviewDisclosures = pgTable(
  'review_disclosures',
  { tenantId: tenantId(), findingId: findingId(), accountId: text('account_id').notNull(), at: moment('at').notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.findingId, t.accountId] })],
);

export const incidents = pgTable(
  'incidents',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    findingId: findingId(),
    determinationId: text('determination_id').notNull(),
    state: text('state').$type<Incident['state']>().notNull(),
    openedAt: moment('opened_at').notNull(),
    beganAt: moment('began_at').notNull(),
    containedAt: moment('contained_at'),
    closedAt: moment('closed_at'),
    closedById: text('closed_by_id'),
    closedByName: text('closed_by_name'),
    rootCause: text('root_cause'),
    shouldHaveFired: text('should_have_fired'),
    withdrawnAt: moment('withdrawn_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const acknowledgements = pgTable(
  'acknowledgements',
  {
    tenantId: tenantId(),
    findingId: findingId(),
    accountId: text('account_id').notNull(),
    accountName: text('account_name').notNull(),
    at: moment('at').notNull(),
    blind: boolean('blind').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.findingId, t.accountId, t.blind] })],
);

export const findingAssignees = pgTable(
  'finding_assignees',
  {
    tenantId: tenantId(),
    findingId: findingId(),
    workOrder: workOrder(),
    assigneeId: text('assignee_id'),
    assigneeName: text('assignee_name'),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.findingId, t.workOrder] })],
);

export const findingComments = pgTable(
  'finding_comments',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    findingId: findingId(),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    at: moment('at').notNull(),
    comment: text('comment').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const findingWaits = pgTable(
  'finding_waits',
  {
    tenantId: tenantId(),
    findingId: findingId(),
    workOrder: workOrder(),
    startedAt: moment('started_at').notNull(),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    why: text('why').notNull(),
    endedAt: moment('ended_at'),
    endedById: text('ended_by_id'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.findingId, t.workOrder] })],
);

export const findingSplits = pgTable(
  'finding_splits',
  {
    tenantId: tenantId(),
    detectionId: text('detection_id').notNull(),
    workOrder: workOrder(),
    fromId: text('from_id').notNull(),
    intoId: text('into_id').notNull(),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.detectionId, t.workOrder] })],
);

export const shifts = pgTable(
  'shifts',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    accountId: text('account_id').notNull(),
    accountName: text('account_name').notNull(),
    duty: text('duty').$type<Shift['duty']>().notNull(),
    startsAt: moment('starts_at').notNull(),
    endsAt: moment('ends_at').notNull(),
    contact: text('contact').notNull(),
    withdrawnAt: moment('withdrawn_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const pages = pgTable(
  'pages',
  {
    tenantId: tenantId(),
    findingId: findingId(),
    step: integer('step').notNull(),
    accountId: text('account_id').notNull(),
    contact: text('contact').notNull(),
    at: moment('at').notNull(),
    sentAt: moment('sent_at'),
    tries: integer('tries').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.findingId, t.step] })],
);
