import { z } from 'zod';
import { Detection, Level } from './detection.ts';
import { Entity } from './entity.ts';
import { Investigation, Recommendation } from './investigation.ts';
import { Features } from './model.ts';
import { Ranking } from './ranking.ts';

/** One named term of the log-odds sum, with the events it rests on. */
export const Reason = z.object({
  /** Stable name of the term: `detector`, `tactics`, `novelty`, ... */
  term: z.string(),
  text: z.string(),
  logOdds: z.number(),
  evidence: z.array(z.string()),
});
export type Reason = z.infer<typeof Reason>;

/** `determined` by a person; `closed` by a grant that a person signed. */
export const FindingStatus = z.enum(['open', 'determined', 'closed']);
export type FindingStatus = z.infer<typeof FindingStatus>;

export const origins = ['hunt', 'customer', 'outside_notice', 'other'] as const;

/** Who opened a finding that the AI did not surface, and how they came to know. */
export const OpenedBy = z.object({
  id: z.string(),
  name: z.string(),
  origin: z.enum(origins),
  note: z.string(),
  at: z.number(),
});
export type OpenedBy = z.infer<typeof OpenedBy>;

/** The unit a person reviews. base + reasons + investigation steps (log-odds) = logit(threatProbability). */
export const Finding = z.object({
  /** hash(founding detection); never changes. */
  id: z.string(),
  tenant: z.string(),
  /** Grows by one with each change of what is claimed; determinations and recommendations bind to (id, revision). */
  revision: z.number().int(),
  title: z.string(),
  /** The kind of story, the first half of an autonomy class: `credential-access`, `lateral-movement`, ... */
  family: z.string(),
  threatProbability: z.number(),
  severity: Level,
  techniques: z.array(z.string()),
  tactics: z.array(z.string()),
  entities: z.array(Entity),
  firstEventAt: z.number(),
  lastEventAt: z.number(),
  base: z.number(),
  reasons: z.array(Reason),
  detections: z.array(Detection),
  events: z.array(z.string()),
  investigation: Investigation,
  recommendation: Recommendation,
  /** What any version of the model needs to say its own; absent in findings from before there were versions, and in a person's own. */
  features: Features.optional(),
  /** Version of the model whose numbers these are. */
  model: z.string().optional(),
  /** Where it stands in the queue, and why; of a kept finding as of now, which the document of a revision may be behind. */
  rank: Ranking.optional(),
  /** Drawn at random from below the line, for a person to look at: with which probability, and when (epoch ms). */
  sampled: z.object({ share: z.number().gt(0).max(1), at: z.number() }).optional(),
  /**
   * Where a person opened it: a miss of the AI. Nothing is claimed by the AI then: its probability is 0, its reasons are none, and no
   * view shows either.
   */
  openedBy: OpenedBy.optional(),
});
export type Finding = z.infer<typeof Finding>;

/** Every event a finding names, its own first: those its detections, reasons and investigation rest on. */
export function citedEvents({ events, detections, reasons, investigation }: Finding): ReadonlySet<string> {
  return new Set([
    ...events,
    ...detections.flatMap((detection) => detection.events),
    ...reasons.flatMap((reason) => reason.evidence),
    ...investigation.steps.flatMap((step) => step.evidence),
  ]);
}
