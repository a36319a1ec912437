import { z } from 'zod';
import { Disposition } from './investigation.ts';

export const Confidence = z.enum(['low', 'medium', 'high']);
export type Confidence = z.infer<typeof Confidence>;

/** The human verdict, bound to a finding at a revision. Never updated: reversing one appends another. */
export const Determination = z.object({
  id: z.string(),
  tenant: z.string(),
  finding: z.string(),
  revision: z.number().int(),
  verdict: Disposition,
  reason: z.string(),
  note: z.string(),
  /** Accountable human: account id and name at the time. */
  by: z.object({ id: z.string(), name: z.string() }),
  at: z.number(),
  /** What the AI recommended at that revision, kept beside and apart; null where a person opened the finding. */
  recommended: Disposition.nullable(),
  /** True only where it was made by a signed-in person while the AI's opinion was withheld from them. */
  blind: z.boolean(),
  /** How sure the person was; null where they did not say. */
  confidence: Confidence.nullable(),
  /** Milliseconds the person spent on it, as their console measured; null where it did not. */
  timeSpentMs: z.number().int().min(0).nullable(),
  /** Ids of the events that the person rests the verdict on. */
  evidence: z.array(z.string()),
  /** Of a `threat`: when the activity really started, epoch ms. */
  activityStartedAt: z.number().nullable(),
  /** When a later reopening or determination took its place; derived from those, null while it holds. */
  supersededAt: z.number().nullable(),
});
export type Determination = z.infer<typeof Determination>;

/** The short list of reasons a verdict offers; a tenant's policy adds its own. */
export const verdictReasons: Readonly<Record<Disposition, readonly string[]>> = {
  threat: ['malicious activity confirmed', 'policy violation with intent', 'compromised account', 'compromised host'],
  benign: [
    'authorised administration',
    'authorised security testing',
    'expected business activity',
    'user mistake without harm',
  ],
  false_positive: ['detector matched the wrong thing', 'stale or wrong intelligence', 'data error'],
  inconclusive: ['evidence missing', 'awaiting answer from the customer', 'telemetry gap'],
};
