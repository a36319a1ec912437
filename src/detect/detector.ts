import { tacticName, techniqueId } from '../contracts/attack.ts';
import type { Detector } from '../contracts/detection.ts';
import { stableId } from '../kernel/ids.ts';
import type { SigmaRule } from '../sigma/index.ts';

/** Digest of a rule's text: what a record and a grant are bound to. */
export function detectorVersion(rule: SigmaRule): string {
  return stableId(rule.text);
}

/** A rule as its detections name it. */
function describe(rule: SigmaRule): Detector {
  return {
    kind: rule.kind === 'correlation' ? 'correlation' : 'sigma',
    id: rule.id,
    version: detectorVersion(rule),
    title: rule.title,
    level: rule.level,
    techniques: [...new Set(rule.techniques.map(techniqueId))],
    tactics: [...new Set(rule.tactics.map(tacticName))],
    falsePositives: [...rule.falsePositives],
  };
}

/** Detectors of rules, made once each. */
export function detectors(): (rule: SigmaRule) => Detector {
  const made = new Map<SigmaRule, Detector>();
  return (rule) => {
    let detector = made.get(rule);
    if (detector === undefined) {
      detector = describe(rule);
      made.set(rule, detector);
    }
    return detector;
  };
}
