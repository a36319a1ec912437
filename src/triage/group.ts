import type { Detection } from '../contracts/detection.ts';
import type { Activity } from '../contracts/event.ts';
import type { EventLake } from '../ports/event-lake.ts';
import { weights } from '../score/index.ts';
import { habitsOf } from './habits.ts';
import { lateralSteps } from './lateral.ts';
import { type Link, linksOf } from './links.ts';
import { type Sweeps, sweepsOf } from './sweep.ts';

/** Detections that tell one story, oldest first. */
export type Group = readonly Detection[];

/** Disjoint sets over detection positions, path-halving union-find. */
class Stories {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, i) => i);
  }

  of(member: number): number {
    let at = member;
    for (;;) {
      const up = this.#parent[at] ?? at;
      if (up === at) return at;
      const upper = this.#parent[up] ?? up;
      this.#parent[at] = upper;
      at = upper;
    }
  }

  /** The older (lower) member names the story. */
  join(a: number, b: number): void {
    const [low, high] = [this.of(a), this.of(b)].sort((x, y) => x - y);
    if (low !== undefined && high !== undefined) this.#parent[high] = low;
  }
}

/** In time order, ties by id, so that the same detections give the same stories whatever order they came in. */
export function inTimeOrder(detections: readonly Detection[]): readonly Detection[] {
  return detections.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * Groups detections into stories: those that share a key within that key's window, and stories on two hosts that a logon
 * from the one to the other connects. O(n log n) in detections.
 */
export function group(
  detections: readonly Detection[],
  lake: EventLake,
  sweeps: Sweeps = sweepsOf(inTimeOrder(detections), lake),
): readonly Group[] {
  const ordered = inTimeOrder(detections);
  const habits = habitsOf(ordered, lake);
  const stories = new Stories(ordered.length);
  const lastByKey = new Map<string, number>();
  for (const [position, detection] of ordered.entries()) {
    const habit = habits.get(detection.id);
    const links = linksFor(detection, habit, sweeps, lake);
    for (const link of links) {
      // Where the time is not the event's own, closeness in time says nothing; what names one process or session still does.
      if (detection.timeSuspect === true && !link.narrow) continue;
      const last = lastByKey.get(link.key);
      const lastDetection = last === undefined ? undefined : ordered[last];
      if (last !== undefined && lastDetection !== undefined && detection.at - lastDetection.at <= link.withinMs) {
        stories.join(last, position);
      }
      lastByKey.set(link.key, position);
    }
  }
  for (const [from, to] of lateralSteps(ordered, habits, lake)) stories.join(from, to);
  return collect(ordered, stories);
}

function linksFor(detection: Detection, habit: string | undefined, sweeps: Sweeps, lake: EventLake): readonly Link[] {
  if (habit !== undefined) return [{ key: `habit:${habit}`, withinMs: Number.POSITIVE_INFINITY, narrow: true }];
  // One scan is one story, not one of each host it has touched.
  if (sweeps.has(detection.id)) return [{ key: 'sweep', withinMs: weights.sweep.withinMs, narrow: false }];
  return linksOf(activitiesOf(detection, lake), lake);
}

function collect(ordered: readonly Detection[], stories: Stories): readonly Group[] {
  const groups = new Map<number, Detection[]>();
  for (const [position, detection] of ordered.entries()) {
    const story = stories.of(position);
    const members = groups.get(story);
    if (members === undefined) groups.set(story, [detection]);
    else members.push(detection);
  }
  return [...groups.values()];
}

/** What a detection's events say happened; events no longer at hand are left out. */
export function activitiesOf(detection: Detection, lake: EventLake): readonly Activity[] {
  const activities: Activity[] = [];
  for (const id of detection.events) {
    const fact = lake.event(id);
    if (fact !== undefined) activities.push(fact.activity);
  }
  return activities;
}
