import type { ClassSubject } from '../../contracts/autonomy.ts';
import type { AutonomyCase, CaseLabel } from '../../contracts/grant.ts';
import { isWrong } from './class-rules.ts';

export interface Labelled {
  readonly case: AutonomyCase;
  readonly isError: boolean;
  /** False while two people differ on whether it was an error and nobody has settled it. It counts as an error until then. */
  readonly settled: boolean;
}

/**
 * What a case counts as. Adjudication settles; a later verdict against the AI counts, one in its favour does not unless it was adjudicated, since
 * whoever gave it had seen what the AI said.
 */
export function labelled(subject: ClassSubject, each: AutonomyCase, labels: readonly CaseLabel[]): Labelled {
  const own = labels.filter(({ finding }) => finding === each.finding);
  const settledBy = own.findLast(({ kind }) => kind === 'adjudicated');
  const reversed = own.findLast(({ kind, verdict }) => kind === 'reversed' && isWrong(subject, verdict));
  if (reversed !== undefined && reversed.at > (settledBy?.at ?? 0)) return { case: each, isError: true, settled: true };
  if (settledBy !== undefined) return { case: each, isError: isWrong(subject, settledBy.verdict), settled: true };
  const first = isWrong(subject, each.verdict);
  const second = own.find(({ kind }) => kind === 'second');
  if (second === undefined || isWrong(subject, second.verdict) === first)
    return { case: each, isError: first, settled: true };
  return { case: each, isError: true, settled: false };
}
