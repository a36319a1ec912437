import type { Detection } from '../contracts/detection.ts';
import type { SourceEvent } from '../contracts/event.ts';
import { stableId } from '../kernel/ids.ts';
import { entitiesOf } from '../lenses/index.ts';
import type { SigmaRule } from '../sigma/index.ts';
import { detectors } from './detector.ts';
import { plainField, suspect } from './plain-field.ts';
import type { RuleEngine } from './rule-engine.ts';

/** An event that rules met: its detections, and every rule for the correlations that count it. */
export interface Matched {
  readonly event: SourceEvent;
  readonly rules: readonly SigmaRule[];
  readonly detections: readonly Detection[];
}

/** The first stage: each event by itself. Keeps nothing between events, so any worker may do it, again if need be. */
export function createMatching(engine: RuleEngine, tenant: string): (event: SourceEvent) => Matched | undefined {
  const detectorOf = detectors();
  return (event) => {
    const rules = engine.matchAll(event);
    if (rules.length === 0) return undefined;
    const reported = rules.filter((rule) => rule.reported);
    const entities = reported.length === 0 ? [] : entitiesOf(event.lens.activity(event.record));
    const detections = reported.map((rule): Detection => {
      const detector = detectorOf(rule);
      return {
        id: stableId('detection', tenant, detector.id, detector.version, event.id),
        tenant,
        detector,
        events: [event.id],
        at: event.time,
        ...suspect(event),
        fields: engine.matchedFields(rule, event).map(plainField),
        entities: [...entities],
      };
    });
    return { event, rules, detections };
  };
}
