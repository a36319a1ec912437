import type { TuningLine, TuningProof } from '../../contracts/tuning.ts';
import type { NearProof } from './prove.ts';

/** A filter that hides no known threat, with what was shown of it. */
export interface Candidate {
  readonly lines: readonly TuningLine[];
  readonly filter: string;
  readonly weight: number;
  readonly near: NearProof;
  readonly past: TuningProof['past'];
}

/**
 * Narrowest first: what hides least beside the run, unsettled findings before all; then what removes more of the run; then what its lines pin
 * down more.
 */
export function byNarrowness(a: Candidate, b: Candidate): number {
  return (
    unsettled(a) - unsettled(b) ||
    elsewhere(a) - elsewhere(b) ||
    b.near.removes.findings.length - a.near.removes.findings.length ||
    b.weight - a.weight ||
    (a.filter < b.filter ? -1 : 1)
  );
}

function unsettled({ near }: Candidate): number {
  return near.beside.filter(({ verdict }) => verdict === null || verdict === 'inconclusive').length;
}

function elsewhere({ near, past }: Candidate): number {
  return past?.hiddenElse ?? near.beside.reduce((sum, { hidden }) => sum + hidden, 0);
}
