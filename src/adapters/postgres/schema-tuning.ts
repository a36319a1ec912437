import { bigint, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { SetAside, TuningProposal, TuningState } from '../../contracts/tuning.ts';

const moment = (name: string) => bigint(name, { mode: 'number' });

/** Tables of tuning proposals and of what they set aside; migrations/ makes them. */
export const tuningProposals = pgTable(
  'tuning_proposals',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    ruleId: text('rule_id').notNull(),
    state: text('state').$type<TuningState>().notNull(),
    proposedAt: moment('proposed_at').notNull(),
    expiresAt: moment('expires_at'),
    document: json('document').$type<TuningProposal>().notNull(),
    revision: integer('revision').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const tuningSetAside = pgTable(
  'tuning_set_aside',
  {
    tenantId: text('tenant_id').notNull(),
    proposalId: text('proposal_id').notNull(),
    detectionId: text('detection_id').notNull(),
    mode: text('mode').$type<SetAside['mode']>().notNull(),
    at: moment('at').notNull(),
    seenAt: moment('seen_at').notNull(),
    events: json('events').$type<string[]>().notNull(),
    host: text('host'),
    sequence: moment('sequence').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.proposalId, t.detectionId, t.mode] })],
);
