import type { ContextFact, FactBody } from '../contracts/context.ts';
import type { Detection } from '../contracts/detection.ts';
import type { Entity } from '../contracts/entity.ts';
import type { Reason } from '../contracts/finding.ts';
import { plainText } from '../contracts/plain-text.ts';
import { isWithin } from '../contracts/weekly-hours.ts';
import { detectorWeight, weights } from '../score/index.ts';
import type { Group } from './group.ts';
import type { Witness } from './witness.ts';

const EVIDENCE_LIMIT = 25;
const NAME_LIMIT = 100;
const TEXT_LIMIT = 200;
/** Facts named one by one; what the others weigh is added up in one more line. */
const MOST_NAMED = 8;

/** What people say, by whom it is about. */
export type Standing = ReadonlyMap<string, readonly ContextFact[]>;

const key = ({ kind, value }: Entity): string => `${kind}|${value}`;

export const nobodySaid: Standing = new Map();

export function standingFacts(facts: readonly ContextFact[]): Standing {
  const byEntity = new Map<string, ContextFact[]>();
  for (const fact of facts) {
    if (fact.withdrawnAt !== null) continue;
    const about = fact.body.kind === 'maintenance_window' ? [fact.entity, ...fact.body.also] : [fact.entity];
    for (const entity of new Set(about.map(key))) {
      const known = byEntity.get(entity);
      if (known === undefined) byEntity.set(entity, [fact]);
      else known.push(fact);
    }
  }
  return byEntity;
}

/** Facts that hold at a moment of event time about any of these, each once. */
export function factsAbout(entities: readonly Entity[], standing: Standing, at: number): readonly ContextFact[] {
  const found = new Set<ContextFact>();
  if (standing.size === 0) return [];
  for (const entity of entities) {
    for (const fact of standing.get(key(entity)) ?? []) if (holdsAt(fact, at)) found.add(fact);
  }
  return [...found];
}

/**
 * What people's words about a story's hosts, accounts and hours weigh, one term a fact. A detector counts as explained where each of its
 * hits is; a fact gives of its weight the share that the explained detectors have in what all of them say, so that what is not explained
 * stands. In all it takes at most `weights.context.mostLowered`: a strong story stays in sight. Nothing is ever left out for it.
 */
export function contextReasons(group: Group, witnesses: readonly Witness[], standing: Standing): readonly Reason[] {
  if (standing.size === 0) return [];
  const { mostLowered, mostRaised } = weights.context;
  return [
    ...limited(
      [
        ...explained('expected_behaviour', witnesses, standing),
        ...explained('maintenance_window', witnesses, standing),
      ],
      mostLowered,
    ),
    ...limited(raising(group, standing), mostRaised),
  ];
}

interface Part {
  readonly fact: ContextFact;
  readonly logOdds: number;
  readonly detections: readonly Detection[];
}

/** What facts of one kind explain. Of several that explain the same hit, the one that weighs most counts, so that saying it twice is no more. */
function explained(
  kind: 'expected_behaviour' | 'maintenance_window',
  witnesses: readonly Witness[],
  standing: Standing,
): readonly Part[] {
  const parts = new Map<ContextFact, { share: number; detections: Detection[] }>();
  let all = 0;
  for (const [rank, { detector, detections }] of witnesses.entries()) {
    const says = detectorWeight(detector) * (weights.witness[Math.min(rank, weights.witness.length - 1)] ?? 0);
    all += says;
    const facts = detections.map((detection) => strongest(kind, detection, standing));
    if (facts.includes(undefined)) continue;
    for (const [place, fact] of facts.entries()) {
      const detection = detections[place];
      if (fact === undefined || detection === undefined) continue;
      const part = parts.get(fact) ?? { share: 0, detections: [] };
      part.share += says / detections.length;
      part.detections.push(detection);
      parts.set(fact, part);
    }
  }
  return [...parts].map(([fact, { share, detections }]) => ({
    fact,
    logOdds: loweringOf(fact.body) * (all === 0 ? 0 : Math.min(1, share / all)),
    detections,
  }));
}

function strongest(kind: FactBody['kind'], detection: Detection, standing: Standing): ContextFact | undefined {
  let best: ContextFact | undefined;
  for (const entity of detection.entities) {
    for (const fact of standing.get(key(entity)) ?? []) {
      if (fact.body.kind !== kind || !explains(fact, detection)) continue;
      if (best === undefined || before(fact, best)) best = fact;
    }
  }
  return best;
}

/** The one that weighs more; of equals the one said first, so that the same facts give the same terms. */
function before(fact: ContextFact, other: ContextFact): boolean {
  const more = loweringOf(fact.body) - loweringOf(other.body) || fact.at - other.at;
  return more < 0 || (more === 0 && fact.id < other.id);
}

function loweringOf(body: FactBody): number {
  const { expected, window } = weights.context;
  if (body.kind === 'maintenance_window') return window;
  if (body.kind !== 'expected_behaviour') return 0;
  return isNarrow(body) ? expected.narrow : expected.broad;
}

/** Says what is done, and not only by whom: anything at all is not much to expect. */
function isNarrow({ detectors, families, techniques }: Extract<FactBody, { kind: 'expected_behaviour' }>): boolean {
  return detectors.length + families.length + techniques.length > 0;
}

function holdsAt({ until }: ContextFact, at: number): boolean {
  return until === null || at < until;
}

/** Whether a fact speaks of this hit, which names its entity. Where the time of the hit is not to be trusted, no hours are. */
function explains(fact: ContextFact, { at, timeSuspect, detector, entities }: Detection): boolean {
  const { body } = fact;
  if (!holdsAt(fact, at)) return false;
  if (body.kind !== 'maintenance_window' && body.kind !== 'expected_behaviour') return false;
  if (body.hours !== null && (timeSuspect === true || !isWithin(body.hours, at))) return false;
  if (body.kind === 'maintenance_window') return body.from === null || (timeSuspect !== true && at >= body.from);
  const { detectors, families, techniques, hosts } = body;
  if (hosts.length > 0 && !entities.some(({ kind, value }) => kind === 'host' && hosts.includes(value))) return false;
  return (
    !isNarrow(body) ||
    detectors.includes(detector.id) ||
    detector.tactics.some((tactic) => families.includes(tactic)) ||
    detector.techniques.some(
      (technique) => techniques.includes(technique) || techniques.includes(technique.split('.', 1)[0] ?? ''),
    )
  );
}

/** Who is concerned: the most critical, and the first of those whom attackers seek out. */
function raising(group: Group, standing: Standing): readonly Part[] {
  const { criticality, vip } = weights.context;
  const best = new Map<'criticality' | 'vip', Part>();
  const seen = new Set<string>();
  for (const detection of group) {
    for (const entity of detection.entities) {
      if (seen.has(key(entity))) continue;
      seen.add(key(entity));
      for (const fact of standing.get(key(entity)) ?? []) {
        const { body } = fact;
        if ((body.kind !== 'criticality' && body.kind !== 'vip') || !holdsAt(fact, group.at(-1)?.at ?? detection.at))
          continue;
        const logOdds = body.kind === 'vip' ? vip : criticality[body.level];
        if (logOdds > (best.get(body.kind)?.logOdds ?? 0))
          best.set(body.kind, { fact, logOdds, detections: [detection] });
      }
    }
  }
  return [...best.values()];
}

/** Terms that together weigh no more than the limit, each brought down by the same share; what is shown is what is used. */
function limited(parts: readonly Part[], limit: number): readonly Reason[] {
  const sum = parts.reduce((total, { logOdds }) => total + logOdds, 0);
  const scale = Math.abs(sum) > Math.abs(limit) ? limit / sum : 1;
  const ordered = parts
    .filter(({ logOdds }) => logOdds !== 0)
    .toSorted((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds) || (a.fact.id < b.fact.id ? -1 : 1));
  const rest = ordered.slice(MOST_NAMED);
  return [
    ...ordered.slice(0, MOST_NAMED).map((part) => reasonOf(part, scale)),
    ...(rest.length === 0
      ? []
      : [
          {
            term: 'context',
            text: `${rest.length} more facts that people gave`,
            logOdds: rest.reduce((total, { logOdds }) => total + logOdds * scale, 0),
            evidence: evidenceOf(rest.flatMap(({ detections }) => detections)),
          },
        ]),
  ];
}

const words: Readonly<Record<FactBody['kind'], string>> = {
  criticality: 'Critical',
  vip: 'Sought out by attackers',
  maintenance_window: 'In a maintenance window',
  expected_behaviour: 'Expected',
  owner: 'Owned',
  note: 'Noted',
};

function reasonOf({ fact, logOdds, detections }: Part, scale: number): Reason {
  const { body, entity, text, owner, by, at, until } = fact;
  const what = body.kind === 'criticality' ? `Criticality ${body.level.replace('_', ' ')}` : words[body.kind];
  const lowers = logOdds < 0 ? ` (${detections.length} ${detections.length === 1 ? 'hit' : 'hits'})` : '';
  const since = body.kind === 'maintenance_window' && body.from !== null ? body.from : at;
  return {
    term: 'context',
    text: `${what}${lowers}: ${entity.kind.replace('_', ' ')} ${plainText(entity.value, NAME_LIMIT)}, "${plainText(text, TEXT_LIMIT)}" (said by ${plainText(by.name, NAME_LIMIT)}, ${plainText(owner, NAME_LIMIT)} answers for it; since ${day(since)}, ${until === null ? 'no end' : `until ${day(until)}`})`,
    logOdds: logOdds * scale,
    evidence: evidenceOf(detections),
  };
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

function evidenceOf(detections: readonly Detection[]): string[] {
  const ids = new Set<string>();
  for (const { events } of detections) {
    for (const id of events) {
      if (ids.size === EVIDENCE_LIMIT) return [...ids];
      ids.add(id);
    }
  }
  return [...ids];
}
