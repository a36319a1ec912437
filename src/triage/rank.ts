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

/** What it would cost to be wrong, by severity. Each step is worth about half the probability of the next. */
const stakes: Readonly<Record<Level, number>> = { informational: 0.4, low: 0.6, medium: 0.8, high: 1, critical: 1.2 };

/** Severity follows what is claimed (level of the detectors), lowered where the claim is unlikely. */
export function severityOf(level: Level, threatProbability: number): Level {
  const at = levels.indexOf(level);
  if (threatProbability >= 0.9 && at >= 3) return 'critical';
  if (threatProbability < 0.15) return levels[Math.max(0, at - 1)] ?? level;
  return level;
}

/** In the order a person should take them: expected loss, then the older first, then id. */
export function ranked(findings: readonly Finding[]): readonly Finding[] {
  const loss = (finding: Finding): number => finding.threatProbability * stakes[finding.severity];
  return findings.toSorted((a, b) => loss(b) - loss(a) || a.firstEventAt - b.firstEventAt || (a.id < b.id ? -1 : 1));
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
