import { tacticOrder } from '../contracts/attack.ts';
import { type Level, levels } from '../contracts/detection.ts';
import type { Entity } from '../contracts/entity.ts';
import type { Candidate } from '../contracts/stages.ts';
import type { EventLake } from '../ports/event-lake.ts';
import { weights } from '../score/index.ts';
import type { Group } from './group.ts';
import { findingId } from './identity.ts';
import { type DetectorSpread, reasonsOf, type Witness, witnessesOf } from './terms.ts';
import { titleOf } from './title.ts';

/** Reads one story: what it is called, what speaks for it, whom it concerns. */
export function candidateOf(group: Group, spread: DetectorSpread, lake: EventLake): Candidate {
  const witnesses = witnessesOf(group);
  const entities = entitiesOf(group);
  const founding = group[0];
  const tactics = rankedTags(witnesses, ({ detector }) => detector.tactics);
  return {
    id: findingId(founding?.id ?? ''),
    tenant: founding?.tenant ?? '',
    title: titleOf(witnesses, entities),
    family: tactics[0]?.[0] ?? 'default',
    level: highest(witnesses),
    techniqueWeights: new Map(rankedTags(witnesses, ({ detector }) => detector.techniques)),
    tactics: tactics.map(([tactic]) => tactic).sort((a, b) => place(a) - place(b)),
    entities,
    firstEventAt: Math.min(...ends(group)),
    lastEventAt: Math.max(...ends(group)),
    base: weights.base,
    reasons: reasonsOf(group, witnesses, spread, lake),
    detections: group,
    events: [...new Set(group.flatMap(({ events }) => events))],
  };
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
      const share = weights.level[witness.detector.level] / Math.sqrt(tags.length);
      total.set(tag, (total.get(tag) ?? 0) + share);
    }
  }
  return [...total].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** Entities of the story, those named by most detections first. */
function entitiesOf(group: Group): readonly Entity[] {
  const counted = new Map<string, { entity: Entity; times: number }>();
  for (const detection of group) {
    for (const entity of detection.entities) {
      const key = `${entity.kind}|${entity.value}`;
      const seen = counted.get(key);
      if (seen === undefined) counted.set(key, { entity, times: 1 });
      else seen.times++;
    }
  }
  return [...counted.values()].sort((a, b) => b.times - a.times).map(({ entity }) => entity);
}
