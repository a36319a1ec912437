import { z } from 'zod';
import { Disposition } from './investigation.ts';
import { Features, Model, ModelMetrics } from './model.ts';

const By = z.object({ id: z.string(), name: z.string() });

/** A mean with the 95 % interval that its data leave it. */
export const Estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof Estimate>;

const Span = z.object({
  examples: z.number().int(),
  /** Epoch ms of the first and last verdict; null where none. */
  from: z.number().nullable(),
  to: z.number().nullable(),
});

/**
 * How a version was measured: learned in the same way from the earlier part of its examples, and asked about the later. The version itself
 * learned from all of them.
 */
export const Measured = z.object({
  trainedOn: Span,
  testedOn: Span,
  metrics: ModelMetrics,
  /** Mean log-loss on the tested; percentile bootstrap. */
  logLoss: Estimate,
  /** The weights that nothing was learned into, on the same. */
  handSet: ModelMetrics,
  /** Threats that people found and the AI had not shown: no version can be asked about them. */
  missed: z.number().int(),
});
export type Measured = z.infer<typeof Measured>;

/** A model that is kept: its document never changes. */
export const ModelVersion = z.object({
  tenant: z.string(),
  /** SHA-256 of the model's canonical JSON without its id. */
  id: z.string(),
  model: Model,
  origin: z.enum(['hand_set', 'learned']),
  /** How many verdicts, the latest, Platt scaling was fitted on; 0 where there were too few. */
  calibratedOn: z.number().int(),
  /** Null where there was too little to measure it on. */
  measured: Measured.nullable(),
  madeAt: z.number(),
  /** Null: the system, at the start. */
  madeBy: By.nullable(),
  note: z.string(),
});
export type ModelVersion = z.infer<typeof ModelVersion>;

/** A person made a version the champion. */
export const Promotion = z.object({
  tenant: z.string(),
  /** 1, 2, ...: the last is in force. */
  seq: z.number().int(),
  from: z.string().nullable(),
  to: z.string(),
  reason: z.string(),
  by: By.nullable(),
  at: z.number(),
});
export type Promotion = z.infer<typeof Promotion>;

/** The draft that is being taught. */
export const Challenger = z.object({ tenant: z.string(), model: Model, learnedAt: z.number() });
export type Challenger = z.infer<typeof Challenger>;

/** A determination as it teaches. */
export const TaughtExample = z.object({
  tenant: z.string(),
  determination: z.string(),
  finding: z.string(),
  revision: z.number().int(),
  at: z.number(),
  analyst: z.string(),
  verdict: Disposition,
  /** As they were when the person decided; null where a person had opened the finding: a miss, which is counted and not learned from. */
  features: Features.nullable(),
  weight: z.number().positive(),
  /** When another determination or a reopening took its place. */
  supersededAt: z.number().nullable(),
});
export type TaughtExample = z.infer<typeof TaughtExample>;

/** What a version says of a finding, beside what the champion said of the same. */
export interface ShadowScore {
  readonly tenant: string;
  readonly finding: string;
  readonly revision: number;
  readonly version: string;
  readonly probability: number;
  readonly champion: string;
  readonly championProbability: number;
  /** Epoch ms. */
  readonly at: number;
}

const Move = z.object({ before: z.number(), after: z.number() });

/** What verdicts changed in the challenger, and what follows for findings. */
export const Lesson = z.object({
  tenant: z.string(),
  /** Determinations learned from in one go; most often one. */
  determinations: z.array(z.string()),
  learnedAt: z.number(),
  /** Of all verdicts in force. */
  examples: z.number().int(),
  /** Log-odds of a story of which nothing is known. */
  base: Move,
  /** Log-odds of one hit standing alone, with the verdicts it rests on now; those that moved most first. */
  detectors: z.array(Move.extend({ id: z.string(), verdicts: z.number().int() })),
  /** Factor on a term's hand-set log-odds. */
  terms: z.array(Move.extend({ term: z.string() })),
  /** Probability of the findings decided, and of the open ones it changed most. */
  findings: z.array(Move.extend({ id: z.string(), revision: z.number().int() })),
  open: z.array(Move.extend({ id: z.string(), revision: z.number().int() })),
});
export type Lesson = z.infer<typeof Lesson>;
