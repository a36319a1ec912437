import { z } from 'zod';
import { Check, Impact } from '../contracts/action.ts';
import { Entity } from '../contracts/entity.ts';
import { Action, Approval, ExecutionNote } from '../contracts/response.ts';
import { LedgerItem } from './views.ts';

/** The shapes the API answers with on response. All times are epoch milliseconds, UTC. */

const Countermeasure = z.object({ id: z.string(), name: z.string(), url: z.string() });

/** An action with what its kind means. */
export const ActionView = Action.extend({
  title: z.string(),
  contains: z.boolean(),
  /** MITRE D3FEND's technique; null where it has none. */
  d3fend: Countermeasure.nullable(),
});
export type ActionView = z.infer<typeof ActionView>;

export const ActionPage = z.object({ items: z.array(ActionView), next: z.string().nullable() });

export const ActionDetail = z.object({
  action: ActionView,
  /** Of every plan; those of earlier plans are void. */
  approvals: z.array(Approval),
  /** What happened while it was carried out, oldest first. */
  notes: z.array(ExecutionNote),
  /** Its entries in the ledger, oldest first. */
  history: z.array(LedgerItem),
});

/** What a customer sees of an action: what would be done, to what, and what waits for its word. */
export const RequestView = z.object({
  id: z.string(),
  title: z.string(),
  target: Entity,
  why: z.string(),
  impact: Impact,
  undo: z.string().nullable(),
  said: z.array(z.string()),
  state: Action.shape.state,
  reason: z.string(),
  planHash: z.string(),
  planNumber: z.number().int(),
  proposedAt: z.number(),
  expiresAt: z.number(),
  /** Who of the customer said yes to the plan in force. */
  approvedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  check: Check.nullable(),
});

export const RequestPage = z.object({ items: z.array(RequestView), next: z.string().nullable() });
