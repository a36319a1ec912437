import type { Detection, Detector } from '../contracts/detection.ts';
import { detectorWeight } from '../score/index.ts';

/** A detector's part in a story. */
export interface Witness {
  readonly detector: Detector;
  readonly detections: readonly Detection[];
  readonly hosts: ReadonlySet<string>;
}

export function hostsOf(detection: Detection): readonly string[] {
  const hosts: string[] = [];
  for (const entity of detection.entities) if (entity.kind === 'host') hosts.push(entity.value);
  return hosts;
}

/** The story's detectors, the one that says most first; ties by id so that order is stable. */
export function witnessesOf(group: readonly Detection[]): readonly Witness[] {
  const byDetector = new Map<string, { detector: Detector; detections: Detection[]; hosts: Set<string> }>();
  for (const detection of group) {
    let witness = byDetector.get(detection.detector.id);
    if (witness === undefined) {
      witness = { detector: detection.detector, detections: [], hosts: new Set() };
      byDetector.set(detection.detector.id, witness);
    } else if (detectorWeight(detection.detector) > detectorWeight(witness.detector)) {
      // A vendor may rate each case of one rule anew; the worst counts.
      witness.detector = detection.detector;
    }
    witness.detections.push(detection);
    for (const host of hostsOf(detection)) witness.hosts.add(host);
  }
  return [...byDetector.values()].sort(
    (a, b) => detectorWeight(b.detector) - detectorWeight(a.detector) || (a.detector.id < b.detector.id ? -1 : 1),
  );
}
