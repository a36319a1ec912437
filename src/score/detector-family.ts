import type { Detector } from '../contracts/detection.ts';

/**
 * What a detector is one of, for learning: of another product's rules those that its own naming puts together (`Recon:EC2/...`), of ours those
 * that look for one tactic. What is known of a family speaks for a detector nobody has judged yet.
 */
export function detectorFamily({ kind, id, tactics }: Pick<Detector, 'kind' | 'id' | 'tactics'>): string {
  if (kind === 'vendor') return id.replace(/(?<=^vendor:[^:]+:.+)[-./:][^-./:]*$/, '').slice(0, 100);
  return `${kind}:${tactics[0] ?? 'none'}`;
}
