import { z } from 'zod';
import { impacts } from './action.ts';
import { levels } from './detection.ts';

const share = z.number().min(0).max(1);
const minutes = z.number().int().min(1).max(525_600);

/** How one tenant works: what a lead sets. Every field has a default, so that an empty policy is a policy. */
export const Policy = z.object({
  /** Share of findings that are decided before the AI's recommendation is shown. Classes in shadow are blind in any case. */
  blindShare: share.default(0.1),
  /** Share of determinations that a second person makes again, blind. */
  secondShare: share.default(0.1),
  /** Impacts whose actions two people must approve. */
  twoPeopleFor: z.array(z.enum(impacts)).default(['high']),
  /** Minutes from visible to determined, by severity. */
  determineWithin: z
    .record(z.enum(levels), minutes)
    .default({ critical: 30, high: 120, medium: 480, low: 1440, informational: 2880 }),
  /** Minutes from visible to opened by anybody, after which whoever is on call is paged, and then the next; by severity. */
  acknowledgeWithin: z
    .record(z.enum(levels), minutes)
    .default({ critical: 10, high: 30, medium: 240, low: 1440, informational: 2880 }),
  /** Minutes a veto window lasts, from the moment a person on shift has opened the notice. */
  vetoWindow: minutes.default(60),
  /** Minutes after which a proposed action expires. */
  approveWithin: minutes.default(1440),
  /** Highest error rate a family's closures may have, by family; others take the default of their impact. */
  errorTargets: z.record(z.string(), z.union([z.literal(0.01), z.literal(0.02), z.literal(0.05)])).default({}),
  /** What the tenant can really work, and how much of the rest somebody looks at. */
  capacity: z
    .object({
      /** Findings a day of event time; those with most to lose. */
      findingsPerDay: z.number().int().min(1).max(1000).default(10),
      /** Less likely than this, a story is kept below the line. */
      floor: z.number().min(0.001).max(0.5).default(0.04),
      /** Of each day's stories below the line, drawn at random for a person. */
      sampledPerDay: z.number().int().min(0).max(20).default(2),
    })
    .prefault({}),
  /** Reasons of a tenant's own, by verdict. */
  extraReasons: z
    .partialRecord(z.enum(['threat', 'benign', 'false_positive', 'inconclusive']), z.array(z.string().max(200)).max(50))
    .default({}),
});
export type Policy = z.infer<typeof Policy>;
