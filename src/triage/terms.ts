import type { Detection, Detector } from '../contracts/detection.ts';
import type { Reason } from '../contracts/finding.ts';
import type { EventLake } from '../ports/event-lake.ts';
import { weights } from '../score/index.ts';
import type { Group } from './group.ts';
import { habitsOf } from './habits.ts';

const EVIDENCE_LIMIT = 25;

/** A detector's part in a story. */
export interface Witness {
  readonly detector: Detector;
  readonly detections: readonly Detection[];
  readonly hosts: ReadonlySet<string>;
}

/** On which hosts each detector fired in all the data at hand. */
export type DetectorSpread = ReadonlyMap<string, ReadonlySet<string>>;

export function hostsOf(detection: Detection): readonly string[] {
  const hosts: string[] = [];
  for (const entity of detection.entities) if (entity.kind === 'host') hosts.push(entity.value);
  return hosts;
}

export function detectorSpread(detections: readonly Detection[]): DetectorSpread {
  const spread = new Map<string, Set<string>>();
  for (const detection of detections) {
    let hosts = spread.get(detection.detector.id);
    if (hosts === undefined) {
      hosts = new Set();
      spread.set(detection.detector.id, hosts);
    }
    for (const host of hostsOf(detection)) hosts.add(host);
  }
  return spread;
}

/** The story's detectors, the one that says most first; ties by id so that order is stable. */
export function witnessesOf(group: Group): readonly Witness[] {
  const byDetector = new Map<string, { detector: Detector; detections: Detection[]; hosts: Set<string> }>();
  for (const detection of group) {
    let witness = byDetector.get(detection.detector.id);
    if (witness === undefined) {
      witness = { detector: detection.detector, detections: [], hosts: new Set() };
      byDetector.set(detection.detector.id, witness);
    }
    witness.detections.push(detection);
    for (const host of hostsOf(detection)) witness.hosts.add(host);
  }
  return [...byDetector.values()].sort(
    (a, b) =>
      weights.level[b.detector.level] - weights.level[a.detector.level] || (a.detector.id < b.detector.id ? -1 : 1),
  );
}

/** The named log-odds terms that triage gives a story, before any investigation. */
export function reasonsOf(
  group: Group,
  witnesses: readonly Witness[],
  spread: DetectorSpread,
  lake: EventLake,
): readonly Reason[] {
  return [
    ...detectorReasons(witnesses),
    ...tacticReason(witnesses),
    ...hostReason(group, lake),
    ...commonReasons(witnesses, spread, lake),
    ...habitReason(group, lake),
    ...serverReason(group, lake),
  ];
}

function detectorReasons(witnesses: readonly Witness[]): readonly Reason[] {
  return witnesses.map((witness, rank) => {
    const share = weights.witness[Math.min(rank, weights.witness.length - 1)] ?? 0;
    const count = witness.detections.length;
    return {
      term: 'detector',
      text: `${witness.detector.title} (${witness.detector.level})${count > 1 ? `, ${count} times` : ''}${rank > 0 ? `; counted at ${Math.round(share * 100)} % beside stronger ones` : ''}`,
      logOdds: weights.level[witness.detector.level] * share,
      evidence: evidenceOf(witness.detections),
    };
  });
}

function tacticReason(witnesses: readonly Witness[]): readonly Reason[] {
  const first = new Map<string, string>();
  for (const { detector, detections } of witnesses) {
    for (const tactic of detector.tactics) if (!first.has(tactic)) first.set(tactic, detections[0]?.events[0] ?? '');
  }
  // A rule tagged with three tactics is one act read three ways: no more tactics count than detectors spoke.
  const distinct = Math.min(first.size, witnesses.length);
  if (distinct < 2) return [];
  return [
    {
      term: 'tactics',
      text: `${distinct} detectors along the kill chain: ${[...first.keys()].join(', ')}`,
      logOdds: Math.min(weights.tacticsLimit, weights.tacticsSeenTogether * (distinct - 1)),
      evidence: [...new Set(first.values())].slice(0, EVIDENCE_LIMIT),
    },
  ];
}

function hostReason(group: Group, lake: EventLake): readonly Reason[] {
  const hosts = new Map<string, string>();
  for (const detection of group) {
    for (const host of hostsOf(detection)) if (!hosts.has(host)) hosts.set(host, detection.events[0] ?? '');
  }
  if (hosts.size < 2 || lake.hostCount() < 2) return [];
  return [
    {
      term: 'hosts',
      text: `One story on ${hosts.size} hosts: ${[...hosts.keys()].slice(0, 5).join(', ')}`,
      logOdds: weights.hostsCrossed,
      evidence: [...hosts.values()].slice(0, EVIDENCE_LIMIT),
    },
  ];
}

function commonReasons(witnesses: readonly Witness[], spread: DetectorSpread, lake: EventLake): readonly Reason[] {
  const estate = lake.hostCount();
  if (estate < weights.commonHosts) return [];
  const reasons: Reason[] = [];
  for (const [rank, witness] of witnesses.entries()) {
    const hosts = spread.get(witness.detector.id)?.size ?? 0;
    const step = weights.detectorCommon.find(({ share }) => hosts / estate >= share);
    if (step === undefined || hosts < 3) continue;
    const share = weights.witness[Math.min(rank, weights.witness.length - 1)] ?? 0;
    // Never takes away more than the detector gave: a common detector is worth nothing, not less than nothing.
    reasons.push({
      term: 'detector-common',
      text: `"${witness.detector.title}" fired on ${hosts} of ${estate} hosts in this data: likely how this estate works`,
      logOdds: -Math.min(-step.logOdds, weights.level[witness.detector.level]) * share,
      evidence: evidenceOf(witness.detections),
    });
  }
  return reasons;
}

/** A story that is a habit from first to last; see habits.ts. */
function habitReason(group: Group, lake: EventLake): readonly Reason[] {
  if (habitsOf(group, lake).size < group.length) return [];
  const hours = new Set(group.map(({ at }) => Math.floor(at / 3_600_000))).size;
  return [
    {
      term: 'habit',
      text: `The same act, ${group.length} times in ${hours} different hours: a job, a health check or an agent does this`,
      logOdds: weights.habit,
      evidence: evidenceOf([...group.slice(0, 5), ...group.slice(-5)]),
    },
  ];
}

function serverReason(group: Group, lake: EventLake): readonly Reason[] {
  for (const detection of group) {
    for (const host of hostsOf(detection)) {
      const users = lake.usersOn(host);
      if (users < weights.commonHosts) continue;
      return [
        {
          term: 'criticality',
          text: `${host} serves ${users} accounts: more is at stake than on one person's machine`,
          logOdds: weights.sharedServer,
          evidence: detection.events.slice(0, EVIDENCE_LIMIT),
        },
      ];
    }
  }
  return [];
}

function evidenceOf(detections: readonly Detection[]): string[] {
  return [...new Set(detections.flatMap((detection) => detection.events))].slice(0, EVIDENCE_LIMIT);
}
