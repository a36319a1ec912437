import { z } from 'zod';
import { Entity } from './entity.ts';

export const impacts = ['low', 'medium', 'high'] as const;
export const Impact = z.enum(impacts);
export type Impact = z.infer<typeof Impact>;

/** Where an action stands. `executing` covers doing and undoing; `phase` says which. */
export const actionStates = [
  'proposed',
  'approved',
  'denied',
  'expired',
  'executing',
  'verified',
  'failed',
  'undone',
] as const;
export const ActionState = z.enum(actionStates);
export type ActionState = z.infer<typeof ActionState>;

const Json = z.record(z.string(), z.unknown());

/**
 * Exactly what would be done. Approvals bind to the SHA-256 of its canonical JSON, so any change of it voids them. It holds no
 * secrets: connectors read those by reference when they act.
 */
export const ActionPlan = z.object({
  v: z.literal(1),
  tenant: z.string(),
  finding: z.string(),
  /** From the table of action kinds: `disable_account`, `isolate_host`, ... */
  kind: z.string(),
  /** Id of the connector that carries it out. */
  connector: z.string(),
  target: Entity,
  /** What the connector is told, as it will be told. */
  arguments: Json,
  impact: Impact,
  reversible: z.boolean(),
  /** One sentence on how it is undone; null where it cannot be. */
  undo: z.string().nullable(),
  /** What the connector saw before: the state that undo puts back. */
  before: Json,
  /** Who and what is affected, from data: never from a guess. */
  blastRadius: z.object({
    said: z.array(z.string()),
    affects: z.array(Entity),
  }),
});
export type ActionPlan = z.infer<typeof ActionPlan>;

/** Whether an effect is there. `unknown` is an answer: the product then never says that it is. */
export const Check = z.object({ outcome: z.enum(['yes', 'no', 'unknown']), saw: z.string() });
export type Check = z.infer<typeof Check>;
