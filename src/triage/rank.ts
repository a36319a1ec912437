import { type Level, levels } from '../contracts/detection.ts';
import type { Finding } from '../contracts/finding.ts';

const DAY = 86_400_000;

/** What a team can really work, and what is not worth a person's minute. */
export interface Capacity {
  /** Findings a day of event time; the best are kept. */
  readonly findingsPerDay: number;
  /** Below this threat probability a candidate is kept and searchable, but not put before a person. */
  readonly floor: number;
}

/**
 * Ten a day is what one analyst can decide with care beside other work. 4 % is one in twenty-five: a person who had to look at
 * less would soon stop looking.
 */
export const defaultCapacity: Capacity = { findingsPerDay: 10, floor: 0.04 };

/** Severity follows what is claimed (level of the detectors), lowered where the claim is unlikely. */
export function severityOf(level: Level, threatProbability: number): Level {
  const at = levels.indexOf(level);
  if (threatProbability >= 0.9 && at >= 3) return 'critical';
  if (threatProbability < 0.15) return levels[Math.max(0, at - 1)] ?? level;
  return level;
}

/** In the order a person should take them, as the queue shows them: most likely first, then the more severe, the older, id. */
function ranked(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      b.threatProbability - a.threatProbability ||
      levels.indexOf(b.severity) - levels.indexOf(a.severity) ||
      a.firstEventAt - b.firstEventAt ||
      (a.id < b.id ? -1 : 1),
  );
}

/** Draws the line: the best of each day, above the floor, up to capacity. */
export function surface(
  findings: readonly Finding[],
  capacity: Capacity,
): { readonly surfaced: readonly Finding[]; readonly below: readonly Finding[] } {
  const surfaced: Finding[] = [];
  const below: Finding[] = [];
  const taken = new Map<number, number>();
  for (const finding of ranked(findings)) {
    const day = Math.floor(finding.firstEventAt / DAY);
    const used = taken.get(day) ?? 0;
    if (finding.threatProbability >= capacity.floor && used < capacity.findingsPerDay) {
      taken.set(day, used + 1);
      surfaced.push(finding);
    } else below.push(finding);
  }
  return { surfaced, below };
}
