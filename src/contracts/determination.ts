import { z } from 'zod';
import { Disposition } from './investigation.ts';

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
  /** What the AI recommended at that revision, kept beside and apart. */
  recommended: Disposition,
  /** When a later reopening or determination took its place; derived from those, null while it holds. */
  supersededAt: z.number().nullable(),
});
export type Determination = z.infer<typeof Determination>;

/** The short list of reasons a verdict offers; extendable by a tenant later. */
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
