/** Log-odds arithmetic. Probabilities are in (0, 1); log-odds are natural logarithms. */

export function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}

export function probability(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** A term of the sum; what is shown is what is used. */
export interface Term {
  readonly logOdds: number;
}

/** base + terms, added in the order given: the number shown is the number used, bit for bit. */
export function sumLogOdds(base: number, terms: readonly Term[]): number {
  let sum = base;
  for (const term of terms) sum += term.logOdds;
  return sum;
}

/**
 * Beyond this a sum of hand-set weights claims more certainty than it has (p = 0.9999), and 1 - p loses the digits that
 * let a reader check the parts against the whole.
 */
export const CERTAINTY_LIMIT = 9;

/** The term that brings a sum back to the limit; 0 where it is within. */
export function excess(sum: number): number {
  if (sum > CERTAINTY_LIMIT) return CERTAINTY_LIMIT - sum;
  if (sum < -CERTAINTY_LIMIT) return -CERTAINTY_LIMIT - sum;
  return 0;
}
