import { type ContextFact, criticalities } from '../contracts/context.ts';
import { type Level, levels } from '../contracts/detection.ts';
import type { Entity } from '../contracts/entity.ts';
import type { Finding } from '../contracts/finding.ts';
import { isBuiltInAccount } from '../contracts/names.ts';
import { plainText } from '../contracts/plain-text.ts';
import { type AtStake, rankingOf } from '../score/index.ts';
import { factsAbout, type Standing, standingFacts } from './context.ts';

const DAY = 86_400_000;
/** Characters of an entity's name in what is at stake. */
const NAME_LIMIT = 100;

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

/**
 * Findings with what is at stake in each and how soon it is lost, by what people say of who and what it is about. What still goes on is
 * told by the newest event of all, so that telemetry read again later gives the same order.
 */
export function rankOf(findings: readonly Finding[], context: readonly ContextFact[]): readonly Finding[] {
  const standing = standingFacts(context);
  let newest = 0;
  for (const { lastEventAt } of findings) newest = Math.max(newest, lastEventAt);
  return findings.map((finding) => ({
    ...finding,
    rank: rankingOf(finding.threatProbability, atStake(finding, standing, newest)),
  }));
}

function atStake({ entities, tactics, lastEventAt }: Finding, standing: Standing, newest: number): AtStake {
  let critical: AtStake['critical'] = null;
  let vip: Entity | undefined;
  for (const { entity, body } of factsAbout(entities, standing, lastEventAt)) {
    if (body.kind === 'vip') vip ??= entity;
    if (body.kind !== 'criticality') continue;
    if (critical === null || criticalities.indexOf(body.level) > criticalities.indexOf(critical.level))
      critical = { level: body.level, who: named(entity) };
  }
  return { critical, identity: identityOf(entities, vip), tactics, quietMs: newest - lastEventAt };
}

function identityOf(entities: readonly Entity[], vip: Entity | undefined): AtStake['identity'] {
  if (vip !== undefined) return { kind: 'vip', who: named(vip) };
  const cloud = entities.find(({ kind }) => kind === 'cloud_principal');
  if (cloud !== undefined) return { kind: 'cloud', who: named(cloud) };
  const builtIn = entities.find(({ kind, value }) => kind === 'user' && isBuiltInAccount(value));
  return builtIn === undefined ? { kind: 'ordinary', who: '' } : { kind: 'builtIn', who: named(builtIn) };
}

function named({ kind, value }: Entity): string {
  return `${kind.replace('_', ' ')} ${plainText(value, NAME_LIMIT)}`;
}

function lossOf({ rank, threatProbability }: Finding): number {
  return rank?.expectedLoss.value ?? threatProbability;
}

/** In the order a person should take them, as the queue shows them: most expected loss first, then the more severe, the older, id. */
function ranked(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      lossOf(b) - lossOf(a) ||
      levels.indexOf(b.severity) - levels.indexOf(a.severity) ||
      a.firstEventAt - b.firstEventAt ||
      (a.id < b.id ? -1 : 1),
  );
}

/** Draws the line: of each day those with most to lose, above the floor, up to capacity. */
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
