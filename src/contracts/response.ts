import { z } from 'zod';
import { ActionPlan, ActionState, Check, Impact } from './action.ts';
import { Entity } from './entity.ts';

const Json = z.record(z.string(), z.unknown());
const Named = z.object({ id: z.string(), name: z.string() });

/** One response step, where it stands, and how it got there. */
export const Action = z.object({
  id: z.string(),
  tenant: z.string(),
  finding: z.string(),
  /** Revision of the finding at which it was proposed. */
  revision: z.number().int(),
  kind: z.string(),
  target: Entity,
  /** What was asked for besides; the plan says what came of it. */
  parameters: Json,
  why: z.string(),
  state: ActionState,
  phase: z.enum(['do', 'undo']),
  /** Why it stands where it stands, in one sentence; '' where the state says it all. */
  reason: z.string(),
  plan: ActionPlan,
  /** Counts the plans of this action from 1: a plan made again is another one, even where it says the same. */
  planNumber: z.number().int(),
  /** SHA-256 of the plan's canonical JSON (RFC 8785), hex. */
  planHash: z.string().length(64),
  /** Distinct people of the provider that must approve. */
  approvalsNeeded: z.union([z.literal(1), z.literal(2)]),
  /** Whose word is needed besides. */
  asked: z.literal('customer').nullable(),
  proposedBy: z.object({ kind: z.enum(['human', 'ai']), id: z.string(), name: z.string() }),
  /** Who answers for it: those who approved, in order; `customer` where the customer was asked. Null until cleared. */
  clearance: z.object({ by: z.array(z.string()).min(1).max(2), customer: z.string().nullable() }).nullable(),
  /** The grant it runs under, with the person who signed that; null for what people approve. */
  grant: z.object({ id: z.string(), classKey: z.string(), signer: Named }).nullable(),
  proposedAt: z.number(),
  /** When nobody's word is waited for any longer; once approved, when it may not begin any more. */
  expiresAt: z.number(),
  approvedAt: z.number().nullable(),
  /** First intent to do it. */
  startedAt: z.number().nullable(),
  verifiedAt: z.number().nullable(),
  undoneAt: z.number().nullable(),
  updatedAt: z.number(),
  /** `begun`: an intent is on record and no outcome; `done`: an outcome is, and the effect is yet to be seen. */
  step: z.enum(['ready', 'begun', 'done']),
  /** Tries of the phase at hand, and looks for its effect. */
  attempt: z.number().int(),
  checks: z.number().int(),
  /** When the executor looks at it next; null where it has nothing to do. */
  nextAt: z.number().nullable(),
  receipt: Json.nullable(),
  check: Check.nullable(),
});
export type Action = z.infer<typeof Action>;

/** One person's yes to exactly one plan. */
export const Approval = z.object({
  planNumber: z.number().int(),
  planHash: z.string(),
  by: Named,
  speaksFor: z.enum(['provider', 'customer']),
  at: z.number(),
});
export type Approval = z.infer<typeof Approval>;

/** One thing that happened while an action was carried out. */
export const ExecutionNote = z.object({
  phase: z.enum(['do', 'undo']),
  attempt: z.number().int(),
  event: z.enum(['intent', 'receipt', 'error', 'check']),
  detail: Json,
  at: z.number(),
});
export type ExecutionNote = z.infer<typeof ExecutionNote>;

/** What telemetry shows of an entity's reach: sentences with counts, and who or what they count. */
export interface Reach {
  readonly said: readonly string[];
  readonly affects: readonly Entity[];
}
export type ReachOf = (tenant: string, entity: Entity) => Reach;

/** What a playbook offers as response to a family of findings. */
export const ResponsePlaybook = z.object({
  family: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  title: z.string().min(1).max(300),
  actions: z
    .array(
      z.object({
        kind: z.string(),
        target: z.enum(['host', 'user', 'cloud_principal', 'address', 'file']),
        impact: Impact,
        reversible: z.boolean(),
        when: z.literal('threat'),
        why: z.string().min(1).max(1000),
      }),
    )
    .max(50),
});
export type ResponsePlaybook = z.infer<typeof ResponsePlaybook>;
