import type { Detection } from '../contracts/detection.ts';
import { isBuiltInAccount } from '../contracts/names.ts';
import type { EventLake } from '../ports/event-lake.ts';

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
    const first = ordered[there.positions[0] ?? 0];
    const last = ordered[there.positions.at(-1) ?? 0];
    if (first === undefined || last === undefined) continue;
    for (const logon of lake.logonsTo(host, first.at - WINDOW, last.at + WINDOW)) {
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

function detectionsByHost(
  ordered: readonly Detection[],
  habits: ReadonlyMap<string, string>,
  lake: EventLake,
): Map<string, HostDetections> {
  const byHost = new Map<string, HostDetections>();
  for (const [position, detection] of ordered.entries()) {
    const fact = lake.event(detection.events[0] ?? '');
    const host = fact?.activity.host;
    if (fact === undefined || host === undefined || habits.has(detection.id)) continue;
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

function nearest(positions: readonly number[], ordered: readonly Detection[], time: number): number | undefined {
  let best: number | undefined;
  let bestGap = WINDOW;
  for (const position of positions) {
    const gap = Math.abs((ordered[position]?.at ?? Number.POSITIVE_INFINITY) - time);
    if (gap <= bestGap) {
      best = position;
      bestGap = gap;
    }
  }
  return best;
}
