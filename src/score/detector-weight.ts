import type { Detector } from '../contracts/detection.ts';
import { weights } from './weights.ts';

/** What one hit of a detector says, in log-odds: by its level, and less where the level is another product's word. */
export function detectorWeight({ kind, level }: Pick<Detector, 'kind' | 'level'>): number {
  return kind === 'vendor' ? weights.level[level] * weights.vendorShare : weights.level[level];
}
