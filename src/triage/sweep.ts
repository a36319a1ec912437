import type { Detection } from '../contracts/detection.ts';
import type { Reason } from '../contracts/finding.ts';
import { plainText } from '../contracts/plain-text.ts';
import type { EventLake } from '../ports/event-lake.ts';
import { weights } from '../score/index.ts';
import { hostsOf, type Witness } from './witness.ts';

/** Detections that are part of a sweep -> hosts that it had reached by then. */
export type Sweeps = ReadonlyMap<string, number>;

/**
 * What reaches many hosts at once is one story: a scanner's, a rollout's. A detector that names neither account nor process and speaks of at
 * least so many hosts within minutes sweeps; each host's first hit is part of it, and what goes on at one of them belongs to that host.
 *
 * @param ordered in time order
 */
export function sweepsOf(ordered: readonly Detection[], lake: EventLake): Sweeps {
  const sweeps = new Map<string, number>();
  for (const detections of Map.groupBy(ordered, ({ detector }) => detector.id).values()) {
    if (detections.length < weights.sweep.hosts) continue;
    /** Host -> its first hit of this go, oldest first. */
    const first = new Map<string, Detection>();
    for (const detection of detections) {
      if (detection.timeSuspect === true || namesSomebody(detection, lake)) continue;
      for (const [host, { at }] of first) {
        if (detection.at - at <= weights.sweep.withinMs) break;
        first.delete(host);
      }
      for (const host of hostsOf(detection)) if (!first.has(host)) first.set(host, detection);
      if (first.size < weights.sweep.hosts) continue;
      for (const { id } of first.values()) sweeps.set(id, first.size);
    }
  }
  return sweeps;
}

function namesSomebody({ events }: Detection, lake: EventLake): boolean {
  const activity = lake.event(events[0] ?? '')?.activity;
  return activity === undefined || activity.user !== undefined || activity.process !== undefined;
}

/** Detectors of a story that swept over many hosts while it went on. */
export function sweepReason(witnesses: readonly Witness[], sweeps: Sweeps): readonly Reason[] {
  const swept = witnesses.flatMap((witness) => {
    const hosts = Math.max(0, ...witness.detections.map(({ id }) => sweeps.get(id) ?? 0));
    return hosts === 0 ? [] : [{ witness, hosts }];
  });
  const [widest] = swept.toSorted(
    (a, b) => b.hosts - a.hosts || (a.witness.detector.id < b.witness.detector.id ? -1 : 1),
  );
  if (widest === undefined) return [];
  return [
    {
      term: 'sweep',
      text: `${swept.length} of its ${witnesses.length} detectors spoke of many hosts within ${weights.sweep.withinMs / 60_000} minutes ("${plainText(widest.witness.detector.title, 100)}" of ${widest.hosts})`,
      logOdds: weights.sweep.logOdds * 5 * (swept.length / witnesses.length),
      evidence: widest.witness.detections.flatMap(({ events }) => events).slice(0, 10),
    },
  ];
}
