import { tacticName, techniqueId } from '../contracts/attack.ts';
import type { Detection, Detector, MatchedField } from '../contracts/detection.ts';
import type { Entity } from '../contracts/entity.ts';
import type { Detect } from '../contracts/stages.ts';
import { stableId } from '../kernel/ids.ts';
import { entitiesOf } from '../lenses/index.ts';
import type { Engine, SigmaRule } from '../sigma/index.ts';

/** The parts of the Sigma engine that detection needs. */
export type RuleEngine = Pick<Engine, 'match' | 'matchedFields'>;

/**
 * A worker's detection step: events in, detections out. Ids depend on the rule's text and the events alone, so a replay
 * gives the same ones. Correlations count over event time across calls.
 */
export function createDetect(engine: RuleEngine, tenant: string): Detect {
  const detectors = new Map<SigmaRule, Detector>();
  const detectorOf = (rule: SigmaRule): Detector => {
    let detector = detectors.get(rule);
    if (detector === undefined) {
      detector = describe(rule);
      detectors.set(rule, detector);
    }
    return detector;
  };
  return (events) => {
    const detections: Detection[] = [];
    for (const event of events) {
      const rules = engine.match(event);
      if (rules.length === 0) continue;
      const entities = entitiesOf(event.lens.activity(event.record));
      for (const rule of rules) {
        detections.push(
          detection(tenant, detectorOf(rule), [event.id], event.time, engine.matchedFields(rule, event), entities),
        );
      }
    }
    return detections;
  };
}

function detection(
  tenant: string,
  detector: Detector,
  events: readonly string[],
  at: number,
  fields: readonly MatchedField[],
  entities: readonly Entity[],
): Detection {
  return {
    id: stableId('detection', tenant, detector.id, detector.version, ...events.toSorted()),
    tenant,
    detector,
    events: [...events],
    at,
    fields: [...fields],
    entities: [...entities],
  };
}

function describe(rule: SigmaRule): Detector {
  return {
    kind: 'sigma',
    id: rule.id,
    version: stableId(rule.text),
    title: rule.title,
    level: rule.level,
    techniques: [...new Set(rule.techniques.map(techniqueId))],
    tactics: [...new Set(rule.tactics.map(tacticName))],
    falsePositives: [...rule.falsePositives],
  };
}
