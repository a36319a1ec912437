import { BridgewatchError } from '../kernel/errors.ts';
import { type Interval, weightedInterval } from './interval.ts';

/** A closure that blind review re-decided. */
export interface Review {
  readonly isError: boolean;
  /** The probability with which this closure was drawn for review, in (0, 1], fixed before the draw. */
  readonly drawnWith: number;
}

export interface ReviewedRate {
  /** Unbiased error rate of all closures; null where there was no closure. */
  readonly rate: number | null;
  /** 95 %, two-sided. */
  readonly interval: Interval;
  readonly reviews: number;
  readonly errors: number;
  readonly closures: number;
}

/**
 * The error rate of everything that ran, from the part that was reviewed: each reviewed error stands for 1 / drawnWith closures
 * (D. Horvitz and D. Thompson, JASA 47 (1952) 663), over all closures. Unbiased for any mix of shares, so a raised share for one week does
 * not bend the year's figure.
 *
 * The interval is Clopper-Pearson on the effective number of reviews, (sum of weights)^2 / sum of squared weights (E. Korn and B. Graubard,
 * Survey Methodology 24 (1998) 193). With one share for all it is the exact interval of errors in reviews; with several it is an approximation
 * that holds up where errors are few, which the normal one does not. Without a review it is 0 to 1.
 * Errors: `RELIABILITY_REVIEWS` for a probability outside (0, 1], or more reviews than closures.
 */
export function reviewedRate(reviews: readonly Review[], closures: number): ReviewedRate {
  if (!Number.isSafeInteger(closures) || closures < reviews.length) {
    const message = `${closures} closures with ${reviews.length} reviews: give all closures of the time, reviewed or not`;
    throw new BridgewatchError('RELIABILITY_REVIEWS', message, 400);
  }
  let weights = 0;
  let squares = 0;
  let wrong = 0;
  for (const { isError, drawnWith } of reviews) {
    if (!(drawnWith > 0 && drawnWith <= 1)) {
      const message = `a review drawn with probability ${drawnWith}: give one above 0 and up to 1`;
      throw new BridgewatchError('RELIABILITY_REVIEWS', message, 400);
    }
    weights += 1 / drawnWith;
    squares += 1 / drawnWith ** 2;
    if (isError) wrong += 1 / drawnWith;
  }
  const effective = reviews.length === 0 ? 0 : weights ** 2 / squares;
  const share = weights === 0 ? 0 : wrong / weights;
  return {
    rate: closures === 0 ? null : wrong / closures,
    interval: effective === 0 ? { low: 0, high: 1 } : weightedInterval(share * effective, effective),
    reviews: reviews.length,
    errors: reviews.filter(({ isError }) => isError).length,
    closures,
  };
}
