import { z } from 'zod';
import { Disposition } from './investigation.ts';

/**
 * Why a second pair of eyes is asked: `second` re-decides a determination, `audit` looks at what a grant closed, `label` gives a
 * case of a class its second blind label, `adjudication` settles a disagreement.
 */
export const reviewKinds = ['second', 'audit', 'label', 'adjudication'] as const;
export const ReviewKind = z.enum(reviewKinds);
export type ReviewKind = z.infer<typeof ReviewKind>;

const Share = z.number().gt(0).max(1);

/** One look that is asked of a person who has not given an opinion on the finding yet. */
export const ReviewTask = z.object({
  id: z.string(),
  tenant: z.string(),
  finding: z.string(),
  revision: z.number().int(),
  kind: ReviewKind,
  /** Probability with which this task was drawn: 1 / share weights its outcome back to all that could have been. */
  share: Share,
  /** Opinion that this one is compared with, never shown before it is given; null where nothing is compared. */
  against: Disposition.nullable(),
  /** Accounts whose opinion is in already: they may not give this one. */
  excludes: z.array(z.string()),
  createdAt: z.number(),
  dueAt: z.number(),
  /** `void`: the claim it was about is gone, so that nobody's opinion on it is asked any more. */
  state: z.enum(['open', 'done', 'void']),
  /** The opinion; null until it is given. */
  opinion: z
    .object({
      by: z.object({ id: z.string(), name: z.string() }),
      verdict: Disposition,
      reason: z.string(),
      note: z.string(),
      at: z.number(),
      /** False where this person had opened the finding with the AI's opinion in sight, or it is an incident that all can see. */
      blind: z.boolean(),
    })
    .nullable(),
});
export type ReviewTask = z.infer<typeof ReviewTask>;

/** A task as it is asked for. */
export type NewReviewTask = Omit<ReviewTask, 'state' | 'opinion'>;

/** Why a finding is decided before the AI's opinion is shown: drawn at random, or its whole family is in shadow. */
export const BlindAssignment = z.object({
  tenant: z.string(),
  finding: z.string(),
  why: z.enum(['sample', 'shadow']),
  /** Probability with which it was drawn; 1 for `shadow`. */
  share: Share,
  at: z.number(),
});
export type BlindAssignment = z.infer<typeof BlindAssignment>;

/** Why the AI's opinion is withheld from a reader. `review`: they may be asked for a second opinion. */
export const Withheld = z.enum(['sample', 'shadow', 'review']);
export type Withheld = z.infer<typeof Withheld>;
