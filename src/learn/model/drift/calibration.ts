import type { Estimate } from '../../../contracts/learning.ts';

/** One verdict on what was claimed. */
export interface Claimed {
  readonly probability: number;
  readonly isThreat: boolean;
}

export interface CalibrationDrift {
  readonly verdicts: number;
  /** Threats among them, and how many the probabilities promised, with the 95 % range that chance leaves such a promise. */
  readonly observed: number;
  readonly expected: Estimate;
  /** Mean log-loss, and what it would be if every probability were true. */
  readonly logLoss: number | null;
  readonly promisedLogLoss: number | null;
  /** Evidence against the probabilities; 100 is reached by chance at most once in a hundred tenants, however often somebody looks. */
  readonly evidence: number;
}

/** Stakes of the bets: small ones find a slight error that lasts, large ones a gross error soon. */
const STAKES = [0.1, 0.25, 0.5, 0.9];

/**
 * Whether probabilities keep what they promise. For each verdict y on a claim p, a bet pays 1 + s (y - p): where p is true it is fair, so that
 * the wealth of whoever bets from 1 on is a martingale, and so is the mean over stakes of either sign. By Ville's inequality it ever reaches 100
 * with a probability of at most 1 % (Ramdas et al., Statistical Science 38, 2023, 576). In the order of the verdicts.
 */
export function calibrationDrift(claims: readonly Claimed[]): CalibrationDrift {
  const wealth = new Map([...STAKES, ...STAKES.map((stake) => -stake)].map((stake) => [stake, 0]));
  let [observed, expected, spread, loss, promised] = [0, 0, 0, 0, 0];
  for (const { probability: p, isThreat } of claims) {
    const y = isThreat ? 1 : 0;
    observed += y;
    expected += p;
    spread += p * (1 - p);
    loss -= Math.log(isThreat ? p : 1 - p);
    promised -= p * Math.log(p) + (1 - p) * Math.log(1 - p);
    for (const [stake, log] of wealth) wealth.set(stake, log + Math.log1p(stake * (y - p)));
  }
  const n = claims.length;
  const half = 1.96 * Math.sqrt(spread);
  const evidence = [...wealth.values()].reduce((sum, log) => sum + Math.exp(Math.min(log, 600)), 0) / wealth.size;
  return {
    verdicts: n,
    observed,
    expected: { value: expected, low: Math.max(0, expected - half), high: Math.min(n, expected + half) },
    logLoss: n === 0 ? null : loss / n,
    promisedLogLoss: n === 0 ? null : promised / n,
    evidence: Math.min(evidence, 1e12),
  };
}
