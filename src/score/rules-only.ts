import type { Detection } from '../contracts/detection.ts';
import { detectorWeight } from './detector-weight.ts';
import { probability } from './log-odds.ts';
import { weights } from './weights.ts';

/** Threat probability that the strongest rule alone would claim; the base rate where there is none. */
export function rulesOnly(detections: readonly Pick<Detection, 'detector'>[]): number {
  const strongest = detections.map(({ detector }) => detectorWeight(detector));
  return probability(weights.base + Math.max(0, ...strongest));
}
