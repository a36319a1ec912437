import { z } from 'zod';

const Person = z.object({ id: z.string(), name: z.string() });

/** A finding determined `threat`, until contained and closed (OCSF Incident Finding, class 2005). Times are epoch ms, UTC. */
export const Incident = z.object({
  id: z.string(),
  tenant: z.string(),
  finding: z.string(),
  /** The determination that opened it. */
  determination: z.string(),
  /** `withdrawn`: the verdict was reversed; the record stays. */
  state: z.enum(['open', 'contained', 'closed', 'withdrawn']),
  openedAt: z.number(),
  /** When the activity really started, as far as people know. */
  beganAt: z.number(),
  containedAt: z.number().nullable(),
  closedAt: z.number().nullable(),
  closedBy: Person.nullable(),
  rootCause: z.string().nullable(),
  /** Id of the detector that should have fired, or `none exists`; null until closed. */
  shouldHaveFired: z.string().nullable(),
  withdrawnAt: z.number().nullable(),
});
export type Incident = z.infer<typeof Incident>;

/** What closing an incident asks: recall and learning live on it. */
export interface IncidentClosing {
  readonly rootCause: string;
  readonly beganAt: number;
  readonly shouldHaveFired: string;
  readonly by: { readonly id: string; readonly name: string };
  readonly at: number;
}
