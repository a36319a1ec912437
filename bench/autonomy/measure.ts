import { Random } from '../../src/sample/random.ts';
import type { Bar } from './bar.ts';
import { reviewsToDemotion } from './drift.ts';
import { type Estate, liveThrough } from './estate.ts';
import { type DemotionLine, held, type Promised, type PromotionLine, quantile, rounded } from './lines.ts';

export interface Run {
  readonly seed: string;
  readonly classes: number;
}

interface Shares {
  readonly promotedShare: number;
  readonly wrongShare: number;
  readonly wrongOfAbove: number;
}

/** Each case has a stream of chance of its own, so that none changes where another does. */
const chanceOf = (run: Run, name: string, rate: number) => new Random(`${run.seed}/${name}/${rate}`);

/** Classes whose cases a function lives through; it says when the class was promoted. */
export function promotions(
  run: Run,
  name: string,
  trueError: number,
  promised: Promised<{ readonly promotedShare: number }> | null,
  live: (random: Random) => number | null,
): PromotionLine {
  const random = chanceOf(run, name, trueError);
  const at: number[] = [];
  for (let n = 0; n < run.classes; n++) {
    const promoted = live(random);
    if (promoted !== null) at.push(promoted);
  }
  const promotedShare = rounded(at.length / run.classes);
  return {
    case: name,
    trueError,
    promotedShare,
    medianCases: quantile(at, 0.5),
    classes: run.classes,
    ...held(promised, { promotedShare }),
  };
}

/** Classes of an estate, judged by the realised error of each. */
export function estates(
  run: Run,
  name: string,
  bar: Bar,
  estate: Estate,
  promised: Promised<Shares> | null,
): PromotionLine {
  const random = chanceOf(run, name, estate.rate);
  const at: number[] = [];
  let above = 0;
  let wrong = 0;
  for (let n = 0; n < run.classes; n++) {
    const { promoted, realised } = liveThrough(random, bar, estate);
    // Summing forty equal rates rounds; a class made exactly at its target is at its target.
    const isAbove = realised >= bar.target * (1 - 1e-9);
    if (promoted !== null) at.push(promoted);
    if (isAbove) above += 1;
    if (isAbove && promoted !== null) wrong += 1;
  }
  const shares: Shares = {
    promotedShare: rounded(at.length / run.classes),
    wrongShare: rounded(wrong / run.classes),
    wrongOfAbove: above === 0 ? 0 : rounded(wrong / above),
  };
  return {
    case: name,
    trueError: estate.rate,
    medianCases: quantile(at, 0.5),
    classes: run.classes,
    ...shares,
    ...held(promised, shares),
  };
}

/** Classes that turn bad at once. */
export function demotions(
  run: Run,
  name: string,
  driftTo: number,
  promised: Promised<{ readonly meanReviewsToDemotion: number }> | null,
): DemotionLine {
  const random = chanceOf(run, name, driftTo);
  const reviews = Array.from({ length: run.classes }, () => reviewsToDemotion(random, driftTo));
  const meanReviewsToDemotion = rounded(reviews.reduce((sum, each) => sum + each, 0) / run.classes);
  return {
    case: name,
    driftTo,
    meanReviewsToDemotion,
    p95: quantile(reviews, 0.95) ?? 0,
    classes: run.classes,
    ...held(promised, { meanReviewsToDemotion }),
  };
}
