import { bigint, boolean, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { ActionPlan, ActionState, Check, Impact } from '../../contracts/action.ts';
import type { EntityKind } from '../../contracts/entity.ts';
import type { Action, Approval, ExecutionNote } from '../../contracts/response.ts';

/** Tables of response as queries see them; migrations/ makes them. */
const moment = (name: string) => bigint(name, { mode: 'number' });
const tenantId = () => text('tenant_id').notNull();

export const actions = pgTable(
  'actions',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    findingId: text('finding_id').notNull(),
    revision: integer('revision').notNull(),
    kind: text('kind').notNull(),
    targetKind: text('target_kind').$type<EntityKind>().notNull(),
    targetValue: text('target_value').notNull(),
    parameters: json('parameters').$type<Action['parameters']>().notNull(),
    why: text('why').notNull(),
    state: text('state').$type<ActionState>().notNull(),
    phase: text('phase').$type<Action['phase']>().notNull(),
    reason: text('reason').notNull(),
    planNumber: integer('plan_number').notNull(),
    impact: text('impact').$type<Impact>().notNull(),
    reversible: boolean('reversible').notNull(),
    approvalsNeeded: integer('approvals_needed').$type<1 | 2>().notNull(),
    asked: text('asked').$type<'customer'>(),
    proposedByKind: text('proposed_by_kind').$type<'human' | 'ai'>().notNull(),
    proposedById: text('proposed_by_id').notNull(),
    proposedByName: text('proposed_by_name').notNull(),
    approvedBy: text('approved_by'),
    approvedAlsoBy: text('approved_also_by'),
    customerApprovedBy: text('customer_approved_by'),
    grantId: text('grant_id'),
    classKey: text('class_key'),
    signerId: text('signer_id'),
    signerName: text('signer_name'),
    proposedAt: moment('proposed_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    approvedAt: moment('approved_at'),
    startedAt: moment('started_at'),
    verifiedAt: moment('verified_at'),
    undoneAt: moment('undone_at'),
    updatedAt: moment('updated_at').notNull(),
    step: text('step').$type<Action['step']>().notNull(),
    attempt: integer('attempt').notNull(),
    checks: integer('checks').notNull(),
    nextAt: moment('next_at'),
    leasedBy: text('leased_by'),
    leaseUntil: moment('lease_until'),
    noticeAt: moment('notice_at'),
    noticeTries: integer('notice_tries').notNull().default(0),
    receipt: json('receipt').$type<NonNullable<Action['receipt']>>(),
    checkOutcome: text('check_outcome').$type<Check['outcome']>(),
    checkSaw: text('check_saw'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const actionPlans = pgTable(
  'action_plans',
  {
    tenantId: tenantId(),
    actionId: text('action_id').notNull(),
    planNumber: integer('plan_number').notNull(),
    planHash: text('plan_hash').notNull(),
    plan: json('plan').$type<ActionPlan>().notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.actionId, t.planNumber] })],
);

export const actionApprovals = pgTable(
  'action_approvals',
  {
    tenantId: tenantId(),
    actionId: text('action_id').notNull(),
    planNumber: integer('plan_number').notNull(),
    planHash: text('plan_hash').notNull(),
    accountId: text('account_id').notNull(),
    accountName: text('account_name').notNull(),
    speaksFor: text('speaks_for').$type<Approval['speaksFor']>().notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.actionId, t.planNumber, t.accountId] })],
);

export const actionNotes = pgTable(
  'action_notes',
  {
    tenantId: tenantId(),
    actionId: text('action_id').notNull(),
    number: integer('number').notNull(),
    phase: text('phase').$type<ExecutionNote['phase']>().notNull(),
    attempt: integer('attempt').notNull(),
    event: text('event').$type<ExecutionNote['event']>().notNull(),
    detail: json('detail').$type<ExecutionNote['detail']>().notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.actionId, t.number] })],
);
