import { z } from 'zod';

/** One detector of a story as the model takes it. */
export const DetectorFeature = z.object({
  id: z.string(),
  /** What it is one of: shrunk toward while little is known of itself. */
  family: z.string(),
  /** Hand-set log-odds of a hit: its level's, as `detectorWeight` gives it. */
  weight: z.number(),
});
export type DetectorFeature = z.infer<typeof DetectorFeature>;

/**
 * A story as the model's arithmetic takes it, before anything that is learned: stored with the finding, so that any version can be asked
 * what it would have said. The log-odds of a finding are a function of this and the model alone.
 */
export const Features = z.object({
  /** Each once, in no order. */
  detectors: z.array(DetectorFeature),
  /** Term -> its hand-set log-odds, where it is not 0; `investigation` is the sum of the steps. */
  terms: z.record(z.string(), z.number()),
});
export type Features = z.infer<typeof Features>;

/** A person's verdict on a finding, as the model learns from it. */
export const Example = z.object({
  /** Tenant it was made in, and who made it: both have habits of their own. */
  tenant: z.string(),
  analyst: z.string(),
  /** Finding and revision; of two verdicts on one finding the later counts. */
  finding: z.string(),
  revision: z.number().int(),
  /** Epoch ms of the verdict. */
  at: z.number(),
  features: Features,
  isThreat: z.boolean(),
  /** Whose doing the error was: `false_positive` blames the detector, `benign` does not. */
  blamesDetector: z.boolean(),
  /** How many like it stands for: 1 / the probability with which it was shown to a person. */
  weight: z.number().positive(),
});
export type Example = z.infer<typeof Example>;

const Shifts = z.record(z.string(), z.number());

/** How good a version is on verdicts later than those it learned from. */
export const ModelMetrics = z.object({
  examples: z.number().int(),
  threats: z.number().int(),
  /** Mean log-loss (natural) and Brier score. */
  logLoss: z.number(),
  brier: z.number(),
  /** 1 - Brier / Brier of always saying the share of threats. */
  brierSkill: z.number().nullable(),
  /** Of a logistic regression of the verdict on the log-odds given: 1 where they are neither timid nor bold. 95 % interval. */
  calibrationSlope: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
});
export type ModelMetrics = z.infer<typeof ModelMetrics>;

/**
 * One version of what triage has learned: immutable, named by its content. The log-odds of a story are
 * base + sum over detectors (strongest first) of share x (gains.detector x weight + family + detector + here) + sum over terms of gain x value.
 */
export const Model = z.object({
  /** Digest of all that follows but `metrics`. */
  id: z.string(),
  parent: z.string().nullable(),
  /** Edition of the code that makes and weighs features. */
  code: z.string(),
  base: z.number(),
  /** Term -> factor on its hand-set log-odds; that of `*`, else 1, where it is not named. `detector` is the factor on detectors' hand-set weights. */
  gains: Shifts,
  /** Log-odds added to each hit of a family; to each hit of a detector, learned over all tenants; and in this tenant. */
  family: Shifts,
  detector: Shifts,
  here: Shifts,
  trainedOn: z.object({
    examples: z.number().int(),
    threats: z.number().int(),
    /** Epoch ms of the first and last verdict; null where none. */
    from: z.number().nullable(),
    to: z.number().nullable(),
    /** Digest over (finding, revision, verdict) of the examples. */
    digest: z.string(),
    /** Detector -> verdicts behind `here`, so that what is shown can say how much it rests on. */
    verdicts: z.record(z.string(), z.number()),
  }),
});
export type Model = z.infer<typeof Model>;
