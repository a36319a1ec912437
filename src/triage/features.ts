import type { Reason } from '../contracts/finding.ts';
import type { Features } from '../contracts/model.ts';
import { detectorFamily, detectorWeight } from '../score/index.ts';
import type { Witness } from './witness.ts';

/** A story as the model takes it: its detectors, and what each other term says by hand-set weights. */
export function featuresOf(witnesses: readonly Witness[], reasons: readonly Reason[]): Features {
  const terms: Record<string, number> = {};
  for (const { term, logOdds } of reasons) if (logOdds !== 0) terms[term] = (terms[term] ?? 0) + logOdds;
  return {
    detectors: witnesses.map(({ detector }) => ({
      id: detector.id,
      family: detectorFamily(detector),
      weight: detectorWeight(detector),
    })),
    terms,
  };
}
