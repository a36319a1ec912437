import type { Detection } from '../contracts/detection.ts';
import { isBuiltInAccount } from '../contracts/names.ts';
import type { EventFact, EventLake } from '../ports/event-lake.ts';

const WINDOW = 15 * 60_000;

interface HostDetections {
  readonly positions: number[];
  readonly users: Set<string>;
}

/**
 * Pairs of detections on two hosts that a remote logon connects: a person's account, active in detections on the first,
 * logs on from the first host's own address to the second, and both have detections within 15 minutes of that logon. An
 * address that several hosts claim (NAT, a cloned lab) connects nobody.
 *
 * @param ordered detections in time order
 * @param habits detections that are part of one; they tie nothing together
 * @returns positions in `ordered`
 */
export function lateralSteps(
  ordered: readonly Detection[],
  habits: ReadonlyMap<string, string>,
  lake: EventLake,
): readonly (readonly [number, number])[] {
  const byHost = detectionsByHost(ordered, habits, lake);
  const steps: [number, number][] = [];
  for (const [host, there] of byHost) {
    for (const logon of logonsNear(host, there.positions, ordered, lake)) {
      const user = logon.activity.user;
      const from = logon.activity.sourceAddress === undefined ? undefined : lake.hostAt(logon.activity.sourceAddress);
      const here = from === undefined || from === host ? undefined : byHost.get(from);
      if (here === undefined || user === undefined || isBuiltInAccount(user) || !here.users.has(user)) continue;
      const before = nearest(here.positions, ordered, logon.time);
      const after = nearest(there.positions, ordered, logon.time);
      if (before !== undefined && after !== undefined) steps.push([before, after]);
    }
  }
  return steps;
}

/** Logons within a window of some detection: a host with one hit in the morning and one at night has no logons of noon here. */
function* logonsNear(
  host: string,
  positions: readonly number[],
  ordered: readonly Detection[],
  lake: EventLake,
): Generator<EventFact> {
  let from: number | undefined;
  let to = 0;
  for (const position of positions) {
    const at = ordered[position]?.at ?? 0;
    if (from !== undefined && at - WINDOW > to) {
      yield* lake.logonsTo(host, from, to);
      from = undefined;
    }
    from ??= at - WINDOW;
    to = at + WINDOW;
  }
  if (from !== undefined) yield* lake.logonsTo(host, from, to);
}

function detectionsByHost(
  ordered: readonly Detection[],
  habits: ReadonlyMap<string, string>,
  lake: EventLake,
): Map<string, HostDetections> {
  const byHost = new Map<string, HostDetections>();
  for (const [position, detection] of ordered.entries()) {
    const fact = lake.event(detection.events[0] ?? '');
    const host = fact?.activity.host;
    if (fact === undefined || host === undefined || habits.has(detection.id) || detection.timeSuspect === true)
      continue;
    let entry = byHost.get(host);
    if (entry === undefined) {
      entry = { positions: [], users: new Set() };
      byHost.set(host, entry);
    }
    entry.positions.push(position);
    if (fact.activity.user !== undefined) entry.users.add(fact.activity.user);
  }
  return byHost;
}

/** The position whose detection is closest in time, the later of two equally close; undefined where none is within a window. */
function nearest(positions: readonly number[], ordered: readonly Detection[], time: number): number | undefined {
  const at = (index: number): number => ordered[positions[index] ?? -1]?.at ?? Number.POSITIVE_INFINITY;
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(middle) <= time) low = middle + 1;
    else high = middle;
  }
  const before = low === 0 ? Number.POSITIVE_INFINITY : time - at(low - 1);
  const after = at(low) - time;
  if (Math.min(before, after) > WINDOW) return undefined;
  return positions[after <= before ? low : low - 1];
}
