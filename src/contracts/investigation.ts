import { z } from 'zod';

/** One fact with the query that produced it, the events it rests on, and how far it moved the probability. */
export const Evidence = z.object({
  tool: z.string(),
  question: z.string(),
  /** The tool call in full, so that a person can run it again. */
  query: z.record(z.string(), z.unknown()),
  answer: z.string(),
  logOdds: z.number(),
  evidence: z.array(z.string()),
});
export type Evidence = z.infer<typeof Evidence>;

export const Investigation = z.object({
  playbook: z.string(),
  steps: z.array(Evidence),
  openQuestions: z.array(z.string()),
});
export type Investigation = z.infer<typeof Investigation>;

export const dispositions = ['threat', 'benign', 'false_positive', 'inconclusive'] as const;
export const Disposition = z.enum(dispositions);
export type Disposition = z.infer<typeof Disposition>;

export const ProposedAction = z.object({
  kind: z.string(),
  target: z.string(),
  impact: z.enum(['low', 'medium', 'high']),
  reversible: z.boolean(),
  why: z.string(),
});

/** What the AI proposes; never a determination. */
export const Recommendation = z.object({
  disposition: Disposition,
  for: z.array(z.string()),
  against: z.array(z.string()),
  notChecked: z.array(z.string()),
  actions: z.array(ProposedAction),
});
export type Recommendation = z.infer<typeof Recommendation>;
