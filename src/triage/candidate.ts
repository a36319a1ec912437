import { tacticOrder } from '../contracts/attack.ts';
import { type Level, levels } from '../contracts/detection.ts';
import type { Entity, EntityKind } from '../contracts/entity.ts';
import type { Reason } from '../contracts/finding.ts';
import type { Model } from '../contracts/model.ts';
import type { Candidate } from '../contracts/stages.ts';
import { detectorWeight } from '../score/index.ts';
import { contextReasons, nobodySaid } from './context.ts';
import { featuresOf } from './features.ts';
import type { Group } from './group.ts';
import { findingId } from './identity.ts';
import { reasonsOf, type Surroundings, weighedReasons } from './terms.ts';
import { titleOf } from './title.ts';
import { type Witness, witnessesOf } from './witness.ts';

/** A document that people open and databases keep: what a flood adds past this is counted, not carried. */
const EVENTS_KEPT = 500;
const ENTITIES_KEPT = 100;
/** So that a hundred processes do not crowd out the hosts they ran on. */
const ENTITIES_KEPT_OF_A_KIND = 40;
/** Events each detector has a place for before the strongest takes what is left. */
const EVENTS_OF_EACH_DETECTOR = 25;

/** Reads one story: what it is called, what speaks for it by this model, whom it concerns. */
export function candidateOf(group: Group, surroundings: Surroundings, model: Model): Candidate {
  const witnesses = witnessesOf(group);
  const entities = entitiesOf(group);
  const eventIds = new Set(group.flatMap(({ events }) => events));
  const keptEntities = keptOf(entities);
  const founding = group[0];
  const tactics = rankedTags(witnesses, ({ detector }) => detector.tactics);
  const reasons = [
    ...reasonsOf(group, witnesses, surroundings),
    ...contextReasons(group, witnesses, surroundings.standing ?? nobodySaid),
  ];
  const features = featuresOf(witnesses, reasons);
  return {
    id: findingId(founding?.id ?? ''),
    tenant: founding?.tenant ?? '',
    title: titleOf(
      witnesses,
      entities.map(({ entity }) => entity),
    ),
    family: tactics[0]?.[0] ?? (group.every(isGap) ? 'telemetry-gap' : 'default'),
    level: highest(witnesses),
    techniqueWeights: new Map(rankedTags(witnesses, ({ detector }) => detector.techniques)),
    tactics: tactics.map(([tactic]) => tactic).sort((a, b) => place(a) - place(b)),
    entities: keptEntities,
    firstEventAt: Math.min(...ends(group)),
    lastEventAt: Math.max(...ends(group)),
    base: model.base,
    features,
    reasons: [
      ...weighedReasons(model, features, witnesses, reasons),
      ...sizeReason(eventIds.size, entities.length, keptEntities.length),
    ],
    detections: group,
    events: eventIds.size <= EVENTS_KEPT ? [...eventIds] : strongestEvents(group, witnesses),
  };
}

/** A baseline that rests on no event and is about nobody rests on their absence: telemetry that is missed. */
function isGap({ detector, events, entities }: Group[number]): boolean {
  return detector.kind === 'baseline' && events.length === 0 && entities.length === 0;
}

function place(tactic: string): number {
  const at = tacticOrder.indexOf(tactic);
  return at === -1 ? tacticOrder.length : at;
}

function ends(group: Group): readonly number[] {
  const first = group[0]?.at ?? 0;
  return [first, group.at(-1)?.at ?? first];
}

function highest(witnesses: readonly Witness[]): Level {
  let best = 0;
  for (const { detector } of witnesses) best = Math.max(best, levels.indexOf(detector.level));
  return levels[best] ?? 'informational';
}

/** Tags by how much the detectors that carry them say; a rule with many tags shares its weight among them. */
function rankedTags(
  witnesses: readonly Witness[],
  tagsOf: (witness: Witness) => readonly string[],
): [string, number][] {
  const total = new Map<string, number>();
  for (const witness of witnesses) {
    const tags = tagsOf(witness);
    for (const tag of tags) {
      const share = detectorWeight(witness.detector) / Math.sqrt(tags.length);
      total.set(tag, (total.get(tag) ?? 0) + share);
    }
  }
  return [...total].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

interface NamedEntity {
  readonly entity: Entity;
  /** Detections that name it. */
  readonly times: number;
  /** Place in the order of first mention. */
  readonly first: number;
}

/** Entities of the story, those named by most detections first. */
function entitiesOf(group: Group): readonly NamedEntity[] {
  const counted = new Map<string, { entity: Entity; times: number; first: number }>();
  for (const detection of group) {
    for (const entity of detection.entities) {
      const key = `${entity.kind}|${entity.value}`;
      const seen = counted.get(key);
      if (seen === undefined) counted.set(key, { entity, times: 1, first: counted.size });
      else seen.times++;
    }
  }
  return [...counted.values()].sort((a, b) => b.times - a.times || a.first - b.first);
}

/** The first ones mentioned, so that a growing flood does not exchange them; in the order given. */
function keptOf(entities: readonly NamedEntity[]): readonly Entity[] {
  if (entities.length <= ENTITIES_KEPT) return entities.map(({ entity }) => entity);
  const ofKind = new Map<EntityKind, number>();
  const kept = new Set<NamedEntity>();
  for (const named of entities.toSorted((a, b) => a.first - b.first)) {
    const count = ofKind.get(named.entity.kind) ?? 0;
    if (count >= ENTITIES_KEPT_OF_A_KIND || kept.size >= ENTITIES_KEPT) continue;
    ofKind.set(named.entity.kind, count + 1);
    kept.add(named);
  }
  return entities.filter((named) => kept.has(named)).map(({ entity }) => entity);
}

/** The founding events, then some of each detector, the strongest first, then all of the strongest. */
function strongestEvents(group: Group, witnesses: readonly Witness[]): readonly string[] {
  const kept = new Set<string>();
  const keep = (detections: Group, limit: number): void => {
    let left = limit;
    for (const { events } of detections) {
      for (const id of events) {
        if (left <= 0 || kept.size >= EVENTS_KEPT) return;
        kept.add(id);
        left--;
      }
    }
  };
  keep(group.slice(0, 1), EVENTS_OF_EACH_DETECTOR);
  for (const { detections } of witnesses) keep(detections, EVENTS_OF_EACH_DETECTOR);
  for (const { detections } of witnesses) keep(detections, EVENTS_KEPT);
  return [...kept];
}

/** Says what is not carried; weighs nothing. */
function sizeReason(events: number, entities: number, entitiesKept: number): readonly Reason[] {
  if (events <= EVENTS_KEPT && entities === entitiesKept) return [];
  return [
    {
      term: 'size',
      text: `Rests on ${events} events that name ${entities} entities; ${Math.min(events, EVENTS_KEPT)} events and ${entitiesKept} entities are listed`,
      logOdds: 0,
      evidence: [],
    },
  ];
}
