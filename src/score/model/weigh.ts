import type { DetectorFeature, Features, Model } from '../../contracts/model.ts';
import { excess, probability, sumLogOdds } from '../log-odds.ts';
import { weights } from '../weights.ts';

/** What a detector adds to one story. */
export interface DetectorPart {
  readonly id: string;
  /** Log-odds of a hit if it stood alone: hand-set and learned. */
  readonly effect: number;
  /** Share of it that counts beside the stronger ones. */
  readonly share: number;
  readonly logOdds: number;
}

export interface Weighed {
  /** The strongest first; ties by id. */
  readonly detectors: readonly DetectorPart[];
  readonly terms: ReadonlyMap<string, number>;
  /** Brings the sum back to what a sum of judgements can claim; 0 where it is within. */
  readonly limit: number;
  readonly logOdds: number;
  readonly probability: number;
}

/** Share that the detector of that rank (0 first) counts at. */
export function witnessShare(rank: number): number {
  return weights.witness[Math.min(rank, weights.witness.length - 1)] ?? 0;
}

/** Log-odds of one hit, if it stood alone. */
export function effectOf(model: Model, { id, family, weight }: DetectorFeature): number {
  return (
    gainOf(model, 'detector') * weight + (model.family[family] ?? 0) + (model.detector[id] ?? 0) + (model.here[id] ?? 0)
  );
}

/** Factor on a term's hand-set log-odds; of one that was never met, what all are scaled by. */
export function gainOf(model: Model, term: string): number {
  const gain = model.gains[term] ?? model.gains['*'] ?? 1;
  // What people say weighs at most what they were told it would: no model makes it hide more.
  return term === 'context' ? Math.min(1, gain) : gain;
}

/** Detectors with what they say by this model, the strongest first. */
export function rankedEffects(
  model: Model,
  detectors: readonly DetectorFeature[],
): readonly { id: string; effect: number }[] {
  return detectors
    .map((detector) => ({ id: detector.id, effect: effectOf(model, detector) }))
    .sort((a, b) => b.effect - a.effect || (a.id < b.id ? -1 : 1));
}

/** What a model says of a story, part by part; base + detectors + terms + limit is the log-odds, which the probability is of. */
export function weigh(model: Model, features: Features): Weighed {
  const detectors = rankedEffects(model, features.detectors).map(({ id, effect }, rank) => {
    const share = witnessShare(rank);
    return { id, effect, share, logOdds: effect * share };
  });
  const terms = new Map(Object.entries(features.terms).map(([term, value]) => [term, gainOf(model, term) * value]));
  const parts = [...detectors, ...[...terms.values()].map((logOdds) => ({ logOdds }))];
  const sum = sumLogOdds(model.base, parts);
  const limit = excess(sum);
  const logOdds = sum + limit;
  return { detectors, terms, limit, logOdds, probability: probability(logOdds) };
}
