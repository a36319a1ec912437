import { exactInterval, type Interval, lowerLimit } from './interval.ts';
import { count, percent, type Requirement } from './requirement.ts';

/** A threat whose truth is known: planted (`seeded`), or real and determined by people. */
export interface KnownThreat {
  readonly techniques: readonly string[];
  /** The AI would have closed it, or never showed it. */
  readonly missed: boolean;
}

export interface RecallFigure {
  readonly threats: number;
  readonly misses: number;
  /** Share found; null where there was none to find. */
  readonly recall: number | null;
  /** Exact, two-sided, 95 %. */
  readonly interval: Interval;
}

export interface RecallRecord {
  /** Planted and real apart: the first says what was tried, the second what happened. */
  readonly seeded: RecallFigure;
  readonly real: RecallFigure;
  /** Techniques with a known threat of which none was found. */
  readonly blindTo: readonly string[];
}

/** The recall that the planted threats must show, and the confidence with which. */
export const RECALL = { atLeast: 0.95, confidence: 0.95, mostMisses: 1 } as const;

/**
 * The fewest planted threats that show a recall of 95 % with so many misses: the exact lower limit reaches it. 59 without a miss (at a recall of 95 % that
 * has a chance of 0.95^59 = 4.8 %), 93 with one. Whoever goes on to 93 after a miss among the first 59 has two chances; a
 * machine with a recall of exactly 95 % then passes in 7.5 % of tries, and 5 % is kept for a recall of 94.3 % and below.
 */
export function threatsNeeded(misses: number): number {
  let threats = misses + 1;
  while (lowerLimit(threats - misses, threats, RECALL.confidence) < RECALL.atLeast) threats += 1;
  return threats;
}

export function recallOf(seeded: readonly KnownThreat[], real: readonly KnownThreat[]): RecallRecord {
  const found = new Map<string, boolean>();
  for (const { techniques, missed } of [...seeded, ...real]) {
    for (const technique of techniques) found.set(technique, found.get(technique) === true || !missed);
  }
  const blindTo = [...found].filter(([, any]) => !any).map(([technique]) => technique);
  return { seeded: figure(seeded), real: figure(real), blindTo: blindTo.sort() };
}

function figure(threats: readonly KnownThreat[]): RecallFigure {
  const misses = threats.filter(({ missed }) => missed).length;
  const found = threats.length - misses;
  return {
    threats: threats.length,
    misses,
    recall: threats.length === 0 ? null : found / threats.length,
    interval: exactInterval(found, threats.length),
  };
}

/** What recall asks before a promotion: enough planted threats found, no real one missed, no technique unseen. */
export function recallRequirements({ seeded, real, blindTo }: RecallRecord): Requirement[] {
  return [
    { name: 'seeded-recall', ...seededSaid(seeded) },
    {
      name: 'real-misses',
      met: real.misses === 0,
      said:
        real.misses === 0
          ? `No real threat of this class is known to have been missed (${count(real.threats, 'real threat')} in the record).`
          : `${count(real.misses, 'real threat was', 'real threats were')} missed; the class starts a new record once the cause is mended.`,
    },
    {
      name: 'techniques',
      met: blindTo.length === 0,
      said:
        blindTo.length === 0
          ? 'Of every technique tried, at least one threat was found.'
          : `No threat was found of ${blindTo.join(', ')}: none may stay at zero.`,
    },
  ];
}

function seededSaid({ threats, misses }: RecallFigure): { met: boolean; said: string } {
  const tried = `${threats - misses} of ${count(threats, 'seeded threat')} found`;
  if (misses > RECALL.mostMisses) {
    return { met: false, said: `${tried}; at most one may be missed.` };
  }
  const needed = threatsNeeded(misses);
  if (threats >= needed) {
    const least = percent(lowerLimit(threats - misses, threats, RECALL.confidence));
    return { met: true, said: `${tried}: the recall is at least ${least} at 95 % confidence.` };
  }
  const missing = `${needed - threats} more without a ${misses === 0 ? '' : 'further '}miss are needed`;
  return { met: false, said: `${tried}; ${missing} (${needed} in all).` };
}
