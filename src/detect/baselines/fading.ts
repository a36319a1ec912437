const HALF_LIFE = 30;

/**
 * What a thing of that day (days since the epoch) weighs, so that sums fade with a half-life of 30 days without being touched: forward
 * decay (Cormode et al., ICDE 2009). Sums are read by dividing them by the weight of today. Fits a float64 until the year 2054.
 */
export function weightOf(day: number): number {
  return 2 ** (day / HALF_LIFE);
}

/**
 * The share of trials that came out so, shrunk toward what is known of more of them: the mean of a beta posterior whose prior weighs as
 * many trials as `prior.weight`. All three faded to today.
 */
export function shrunkShare(hits: number, trials: number, prior: { share: number; weight: number }): number {
  return (hits + prior.weight * prior.share) / (trials + prior.weight);
}
