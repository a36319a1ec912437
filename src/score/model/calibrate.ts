import type { Example, Model, ModelMetrics } from '../../contracts/model.ts';
import { minimise, type SparseRow } from './newton.ts';
import { weigh } from './weigh.ts';

/** How a model's log-odds should be read: slope x log-odds + shift. */
export interface Platt {
  readonly slope: number;
  readonly shift: number;
}

/** A verdict and the log-odds that a model which had not learned from it gave. */
export interface Given {
  readonly logOdds: number;
  readonly isThreat: boolean;
  readonly weight: number;
}

/**
 * Platt scaling (Platt 1999). Drawn toward slope 1 and no shift (standard deviation 0.3 and 0.5): few examples move it little. The slope is kept positive.
 */
export function platt(given: readonly Given[]): Platt {
  const solved = minimise(given.map(plattRow), {
    mean: Float64Array.of(0, 1),
    start: Float64Array.of(0, 1),
    precision: Float64Array.of(1 / 0.5 ** 2, 1 / 0.3 ** 2),
  });
  const [shift = 0, slope = 1] = solved;
  return { slope: Math.max(0.1, slope), shift };
}

/** Folds a scaling into base and every weight, so that the parts still add up to what is used. */
export function folded(model: Model, { slope, shift }: Platt): Model {
  const times = (values: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * slope]));
  return {
    ...model,
    id: 'draft',
    base: model.base * slope + shift,
    gains: times({ '*': 1, detector: 1, ...model.gains }),
    family: times(model.family),
    detector: times(model.detector),
    here: times(model.here),
  };
}

/** A model scaled by examples later than those it learned from. */
export function calibrated(model: Model, later: readonly Example[]): Model {
  return later.length === 0 ? model : folded(model, platt(later.map((example) => givenBy(model, example))));
}

/** What a model says of an example. */
export function givenBy(model: Model, { features, isThreat, weight }: Example): Given {
  return { logOdds: weigh(model, features).logOdds, isThreat, weight };
}

function plattRow({ logOdds, isThreat, weight }: Given): SparseRow {
  return { at: Int32Array.of(0, 1), x: Float64Array.of(1, logOdds), offset: 0, y: isThreat ? 1 : 0, weight };
}

/** z of a two-sided 95 % interval. */
const Z = 1.959964;

/** How good a model is on examples it did not learn from. Intervals: Wald, from the information of the slope regression. */
export function metricsOf(model: Model, examples: readonly Example[]): ModelMetrics {
  const scored = examples.map(({ features, isThreat, weight }) => ({
    ...weigh(model, features),
    y: isThreat ? 1 : 0,
    weight,
  }));
  const total = scored.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (of: (one: (typeof scored)[number]) => number): number =>
    total === 0 ? 0 : scored.reduce((sum, one) => sum + one.weight * of(one), 0) / total;
  const share = mean(({ y }) => y);
  const brier = mean(({ probability, y }) => (probability - y) ** 2);
  const idle = share * (1 - share);
  return {
    examples: examples.length,
    threats: examples.filter(({ isThreat }) => isThreat).length,
    logLoss: mean(({ probability, y }) => -Math.log(y === 1 ? probability : 1 - probability)),
    brier,
    brierSkill: idle === 0 ? null : 1 - brier / idle,
    calibrationSlope: share === 0 || share === 1 ? null : slopeOf(examples.map((example) => givenBy(model, example))),
  };
}

/** Of a logistic regression of verdicts on the log-odds that were given for them. */
export function slopeOf(given: readonly Given[]): ModelMetrics['calibrationSlope'] {
  const rows = given.map(plattRow);
  // All but flat: the interval must be the data's.
  const precision = Float64Array.of(1e-6, 1e-6);
  const [shift = 0, slope = 0] = minimise(rows, { mean: new Float64Array(2), start: Float64Array.of(0, 1), precision });
  let [aa, ab, bb] = [1e-6, 0, 1e-6];
  for (const { x, weight } of rows) {
    const z = x[1] ?? 0;
    const p = 1 / (1 + Math.exp(-(shift + slope * z)));
    const bend = weight * p * (1 - p);
    aa += bend;
    ab += bend * z;
    bb += bend * z * z;
  }
  const deviation = Math.sqrt(aa / (aa * bb - ab * ab));
  return { value: slope, low: slope - Z * deviation, high: slope + Z * deviation };
}
