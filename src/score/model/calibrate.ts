import type { Example, Model, ModelMetrics } from '../../contracts/model.ts';
import { minimise, type SparseRow } from './newton.ts';
import { weigh } from './weigh.ts';

/**
 * Platt scaling (Platt 1999) on examples later than those learned from, folded into base and every weight, so that the parts still add up to what is
 * used. Drawn toward slope 1 and no shift (standard deviation 0.3 and 0.5): few examples move it little. The slope is kept positive.
 */
export function calibrated(model: Model, later: readonly Example[]): Model {
  if (later.length === 0) return model;
  const rows = later.map((example) => plattRow(model, example));
  const solved = minimise(rows, {
    mean: Float64Array.of(0, 1),
    start: Float64Array.of(0, 1),
    precision: Float64Array.of(1 / 0.5 ** 2, 1 / 0.3 ** 2),
  });
  const [shift = 0, slope = 1] = solved;
  const scaled = Math.max(0.1, slope);
  const times = (values: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * scaled]));
  return {
    ...model,
    id: 'draft',
    base: model.base * scaled + shift,
    gains: times({ '*': 1, ...model.gains }),
    family: times(model.family),
    detector: times(model.detector),
    here: times(model.here),
  };
}

function plattRow(model: Model, example: Example): SparseRow {
  return {
    at: Int32Array.of(0, 1),
    x: Float64Array.of(1, weigh(model, example.features).logOdds),
    offset: 0,
    y: example.isThreat ? 1 : 0,
    weight: example.weight,
  };
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
    calibrationSlope: share === 0 || share === 1 ? null : slopeOf(model, examples),
  };
}

function slopeOf(model: Model, examples: readonly Example[]): ModelMetrics['calibrationSlope'] {
  const rows = examples.map((example) => plattRow(model, example));
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
