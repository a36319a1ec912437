import { BridgewatchError } from '../kernel/errors.ts';
import { CUSUM, expectedReviews } from './cusum.ts';

/** A class that has turned bad (3 % errors) is to be caught within this many days on average. */
export const CATCH_WITHIN_DAYS = 14;

export interface ReviewPlan {
  /** Share of what runs under the grant that goes to blind review, drawn at random; 1 is all. */
  readonly share: number;
  readonly reviewsPerWeek: number;
  /** Expected days from the turn to demotion at this share; Infinity where nothing runs. */
  readonly expectedDays: number;
  /** False where the class is so small that even all of it is too few: canaries and people's eyes must carry the rest. */
  readonly inTime: boolean;
}

/**
 * How much of a class to review: the watch needs `expectedReviews(3 %)` = 128 reviews to demote, in 14 days that is 64 a week; a class with
 * fewer closures is reviewed in full. Errors: `RELIABILITY_VOLUME` for a volume that is negative or no number.
 */
export function reviewPlan(closuresPerWeek: number): ReviewPlan {
  if (!(closuresPerWeek >= 0 && Number.isFinite(closuresPerWeek))) {
    throw new BridgewatchError('RELIABILITY_VOLUME', `${closuresPerWeek} closures a week: give a number from 0`, 400);
  }
  const reviews = expectedReviews(CUSUM.bad);
  const needed = (reviews * 7) / CATCH_WITHIN_DAYS;
  const share = closuresPerWeek <= needed ? 1 : needed / closuresPerWeek;
  const reviewsPerWeek = share * closuresPerWeek;
  const expectedDays = (reviews * 7) / reviewsPerWeek;
  return { share, reviewsPerWeek, expectedDays, inTime: closuresPerWeek >= needed };
}
