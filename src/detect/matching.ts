import type { Detection, Detector, MatchedField } from '../contracts/detection.ts';
import type { SourceEvent } from '../contracts/event.ts';
import { stableId } from '../kernel/ids.ts';
import { entitiesOf } from '../lenses/index.ts';
import type { SigmaRule } from '../sigma/index.ts';
import { detectors } from './detector.ts';
import { plainField, suspect } from './plain-field.ts';
import type { RuleEngine } from './rule-engine.ts';
import { createVendorDetectors, vendorSeverity } from './vendor-alert.ts';

/** An event that rules met: its detections, and every rule for the correlations that count it. */
export interface Matched {
  readonly event: SourceEvent;
  readonly rules: readonly SigmaRule[];
  readonly detections: readonly Detection[];
}

/**
 * The first stage: each event by itself, by Sigma rules, and by what another product says it detected: one detection an alert. Keeps nothing
 * between events, so any worker may do it, again if need be.
 */
export function createMatching(engine: RuleEngine, tenant: string): (event: SourceEvent) => Matched | undefined {
  const detectorOf = detectors();
  const vendorDetector = createVendorDetectors();
  return (event) => {
    const rules = engine.matchAll(event);
    const alert = event.lens.alert?.(event.record);
    if (rules.length === 0 && alert === undefined) return undefined;
    const reported = rules.filter((rule) => rule.reported);
    const entities = reported.length === 0 && alert === undefined ? [] : entitiesOf(event.lens.activity(event.record));
    const found = (detector: Detector, fields: MatchedField[]): Detection => ({
      id: stableId('detection', tenant, detector.id, detector.version, event.id),
      tenant,
      detector,
      events: [event.id],
      at: event.time,
      ...suspect(event),
      fields,
      entities: [...entities],
    });
    const detections = reported.map((rule) =>
      found(detectorOf(rule), engine.matchedFields(rule, event).map(plainField)),
    );
    if (alert !== undefined) detections.push(found(vendorDetector(alert), [vendorSeverity(alert)]));
    return { event, rules, detections };
  };
}
