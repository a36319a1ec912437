import { tacticName, techniqueId } from '../contracts/attack.ts';
import type { Detection, Detector, MatchedField } from '../contracts/detection.ts';
import type { Entity } from '../contracts/entity.ts';
import type { SourceEvent } from '../contracts/event.ts';
import type { Detecting } from '../contracts/stages.ts';
import { stableId } from '../kernel/ids.ts';
import { entitiesOf } from '../lenses/index.ts';
import type { CorrelationHit, Engine, SigmaRule } from '../sigma/index.ts';

/** The parts of the Sigma engine that detection needs. */
export type RuleEngine = Pick<Engine, 'matchAll' | 'matchedFields' | 'correlator'>;

/** Events whose entities a correlation's detection carries; what it rests on is named in full. */
const EVENTS_DESCRIBED = 50;

/**
 * A worker's detection step: events in, detections out. Ids depend on the rule's text and the events alone, so a replay
 * gives the same ones. Correlations count in event time over all events pushed and speak at `end`, because files are read one
 * after the other and a later one may hold earlier events.
 */
export function createDetecting(engine: RuleEngine, tenant: string): Detecting {
  const detectors = new Map<SigmaRule, Detector>();
  const correlator = engine.correlator<SourceEvent>({ lateness: Number.POSITIVE_INFINITY });
  const detectorOf = (rule: SigmaRule): Detector => {
    let detector = detectors.get(rule);
    if (detector === undefined) {
      detector = describe(rule);
      detectors.set(rule, detector);
    }
    return detector;
  };
  const ofMatch = (rule: SigmaRule, event: SourceEvent, entities: readonly Entity[]): Detection =>
    detection(tenant, detectorOf(rule), [event.id], event.time, engine.matchedFields(rule, event), entities);
  const ofCorrelation = (hit: CorrelationHit<SourceEvent>): Detection =>
    detection(
      tenant,
      detectorOf(hit.rule),
      hit.events.map(({ id }) => id),
      hit.firstEvent.time,
      hit.group.map(({ field, value }) => ({ selection: 'group-by', field, value, pattern: `figure ${hit.figure}` })),
      entitiesOfAll(hit.events),
    );
  return {
    push(events) {
      const detections: Detection[] = [];
      for (const event of events) {
        const rules = engine.matchAll(event);
        if (rules.length === 0) continue;
        for (const hit of correlator.push(event, rules)) detections.push(ofCorrelation(hit));
        const entities = entitiesOf(event.lens.activity(event.record));
        for (const rule of rules) if (rule.reported) detections.push(ofMatch(rule, event, entities));
      }
      return detections;
    },
    end: () => correlator.flush().map(ofCorrelation),
  };
}

function entitiesOfAll(events: readonly SourceEvent[]): readonly Entity[] {
  const entities = new Map<string, Entity>();
  for (const event of events.slice(0, EVENTS_DESCRIBED)) {
    for (const entity of entitiesOf(event.lens.activity(event.record)))
      entities.set(`${entity.kind}|${entity.value}`, entity);
  }
  return [...entities.values()];
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
    kind: rule.kind === 'correlation' ? 'correlation' : 'sigma',
    id: rule.id,
    version: stableId(rule.text),
    title: rule.title,
    level: rule.level,
    techniques: [...new Set(rule.techniques.map(techniqueId))],
    tactics: [...new Set(rule.tactics.map(tacticName))],
    falsePositives: [...rule.falsePositives],
  };
}
