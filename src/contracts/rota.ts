import { z } from 'zod';

/** Who can be reached when. People on call are paged in the order of `startsAt`, then those of `escalation`, the leads. */
export const Shift = z.object({
  id: z.string(),
  tenant: z.string(),
  account: z.string(),
  name: z.string(),
  duty: z.enum(['on_call', 'escalation']),
  startsAt: z.number(),
  endsAt: z.number(),
  /** Where the notifier reaches them: an email address or whatever it takes. */
  contact: z.string(),
  withdrawnAt: z.number().nullable(),
});
export type Shift = z.infer<typeof Shift>;

/** One page: the nth person told of a finding that nobody acknowledged in time. */
export interface Page {
  readonly tenant: string;
  readonly finding: string;
  /** 0 for the first person told. */
  readonly step: number;
  readonly account: string;
  readonly contact: string;
  readonly at: number;
  readonly sentAt: number | null;
  /** Tries so far; the notifier gets the same key each time. */
  readonly tries: number;
}
