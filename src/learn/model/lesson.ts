import type { Lesson } from '../../contracts/learning.ts';
import type { DetectorFeature, Features, Model } from '../../contracts/model.ts';
import { effectOf, gainOf, weigh } from '../../score/index.ts';

/** How many of each kind are told: those that moved most. */
const MOST = 10;
/** Moves smaller than these say nothing (log-odds, factors; probability). */
const LEAST = 0.005;
const LEAST_PROBABILITY = 0.0005;

export interface Subject {
  readonly id: string;
  readonly revision: number;
  readonly features: Features;
}

type Move = { before: number; after: number };

/** What changed between two models, by the same arithmetic that scores. */
export function lessonOf(
  before: Model,
  after: Model,
  decided: readonly Subject[],
  open: readonly Subject[],
): Pick<Lesson, 'base' | 'detectors' | 'terms' | 'findings' | 'open'> {
  const detectors = new Map<string, DetectorFeature>();
  for (const { features } of [...open, ...decided]) for (const each of features.detectors) detectors.set(each.id, each);
  const terms = new Set([...Object.keys(before.gains), ...Object.keys(after.gains)]);
  const asked = ({ id, revision, features }: Subject) => ({
    id,
    revision,
    before: weigh(before, features).probability,
    after: weigh(after, features).probability,
  });
  return {
    base: { before: before.base, after: after.base },
    detectors: moved(
      [...detectors.values()].map((each) => ({
        id: each.id,
        before: effectOf(before, each),
        after: effectOf(after, each),
        verdicts: after.trainedOn.verdicts[each.id] ?? 0,
      })),
      LEAST,
    ),
    terms: moved(
      [...terms].map((term) => ({ term, before: gainOf(before, term), after: gainOf(after, term) })),
      LEAST,
    ),
    findings: decided.map(asked),
    open: moved(open.map(asked), LEAST_PROBABILITY),
  };
}

function moved<T extends Move>(moves: readonly T[], least: number): T[] {
  const far = ({ before, after }: Move): number => Math.abs(after - before);
  return moves
    .filter((move) => far(move) >= least)
    .toSorted((a, b) => far(b) - far(a))
    .slice(0, MOST);
}
