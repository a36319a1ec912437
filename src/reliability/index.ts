export { admissible, type CaseLeftOut, type ClassRecord, type ReliabilityCase } from './admissible.ts';
export { Admission, LARGEST_SHARE, type LeftOut } from './admission.ts';
export { type ErrorImpact, TARGETS } from './counts.ts';
export { type Coverage, coverageOf, type Novelty, novelties, type Traits } from './coverage.ts';
export { CUSUM, type CusumState, cusumStart, cusumStep, demotes, expectedReviews } from './cusum.ts';
export { casesNeeded, cleanCasesNeeded, logE, PROMOTE_AT, upperBound } from './e-process.ts';
export { exactInterval, type Interval, lowerLimit, upperLimit } from './interval.ts';
export { type Adjudication, DAYS_NEEDED, evidenceRequirement, type PromotionFacts, promotion } from './promotion.ts';
export { CASES_A_STEP, EXPOSURES, type Exposure, type RampFacts, type RampStep, rampStep, WAITS_AT } from './ramp.ts';
export {
  type KnownThreat,
  RECALL,
  type RecallFigure,
  type RecallRecord,
  recallOf,
  recallRequirements,
  threatsNeeded,
} from './recall.ts';
export type { Readiness, Requirement } from './requirement.ts';
export { type Review, type ReviewedRate, reviewedRate } from './review-rate.ts';
export { CATCH_WITHIN_DAYS, type ReviewPlan, reviewPlan } from './sampling.ts';
