import { tacticName, techniqueId } from '../contracts/attack.ts';
import type { Detection, Detector, MatchedField } from '../contracts/detection.ts';
import type { Entity } from '../contracts/entity.ts';
import type { SourceEvent, VendorAlert } from '../contracts/event.ts';
import { plainText } from '../contracts/plain-text.ts';
import type { Detecting } from '../contracts/stages.ts';
import { stableId } from '../kernel/ids.ts';
import { entitiesOf } from '../lenses/index.ts';
import type { CorrelationHit, Engine, SigmaRule } from '../sigma/index.ts';
import { createVendorDetectors, vendorSeverity } from './vendor-alert.ts';

/** The parts of the Sigma engine that detection needs. */
export type RuleEngine = Pick<Engine, 'matchAll' | 'matchedFields' | 'correlator'>;

/** Events whose entities a correlation's detection carries. */
const EVENTS_DESCRIBED = 50;
/** Of a correlation over more events than twice this, the first and the last so many are named; the count is told. */
const EVENTS_NAMED_AT_EACH_END = 500;
/** Characters of a value or pattern that decided. */
const FIELD_LIMIT = 1000;

export interface DetectingOptions {
  /**
   * Milliseconds of event time that a correlation waits for events out of order. Infinity (the default) is for files, read
   * one after the other, where a later one may hold earlier events: correlations speak at `end`. A live stream needs a bound,
   * such as 60,000, or they never speak; an event that comes later than that is not counted.
   */
  readonly lateness?: number;
}

/**
 * A worker's detection step: events in, detections out: by Sigma rules, by correlations, and what another product says it detected,
 * one detection an alert. Ids depend on the rule's text and the events alone, so a replay
 * gives the same ones, and after `end` more events may come. Correlations count in event time over all events pushed and speak
 * once the lateness allowed has passed, or at `end`.
 */
export function createDetecting(engine: RuleEngine, tenant: string, options: DetectingOptions = {}): Detecting {
  const detectors = new Map<SigmaRule, Detector>();
  const vendorDetector = createVendorDetectors();
  const correlator = engine.correlator<SourceEvent>({ lateness: options.lateness ?? Number.POSITIVE_INFINITY });
  const detectorOf = (rule: SigmaRule): Detector => {
    let detector = detectors.get(rule);
    if (detector === undefined) {
      detector = describe(rule);
      detectors.set(rule, detector);
    }
    return detector;
  };
  const ofMatch = (rule: SigmaRule, event: SourceEvent, entities: readonly Entity[]): Detection => {
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
  };
  const ofAlert = (alert: VendorAlert, event: SourceEvent, entities: readonly Entity[]): Detection => {
    const detector = vendorDetector(alert);
    return {
      id: stableId('detection', tenant, detector.id, detector.version, event.id),
      tenant,
      detector,
      events: [event.id],
      at: event.time,
      ...suspect(event),
      fields: [vendorSeverity(alert)],
      entities: [...entities],
    };
  };
  const ofCorrelation = (hit: CorrelationHit<SourceEvent>): Detection => {
    const detector = detectorOf(hit.rule);
    return {
      id: stableId('detection', tenant, detector.id, detector.version, hit.groupKey, firstId(hit)),
      tenant,
      detector,
      events: namedEvents(hit.events),
      at: hit.firstEvent.time,
      ...suspect(hit.firstEvent),
      fields: groupFields(hit),
      entities: entitiesOfAll(hit.events),
    };
  };
  return {
    push(events) {
      const detections: Detection[] = [];
      for (const event of events) {
        const rules = engine.matchAll(event);
        const alert = event.lens.alert?.(event.record);
        if (rules.length === 0 && alert === undefined) continue;
        if (rules.length > 0) for (const hit of correlator.push(event, rules)) detections.push(ofCorrelation(hit));
        const entities = entitiesOf(event.lens.activity(event.record));
        for (const rule of rules) if (rule.reported) detections.push(ofMatch(rule, event, entities));
        if (alert !== undefined) detections.push(ofAlert(alert, event, entities));
      }
      return detections;
    },
    end: () => correlator.flush().map(ofCorrelation),
  };
}

function entitiesOfAll(events: readonly SourceEvent[]): Entity[] {
  const entities = new Map<string, Entity>();
  for (const event of events.slice(0, EVENTS_DESCRIBED)) {
    for (const entity of entitiesOf(event.lens.activity(event.record)))
      entities.set(`${entity.kind}|${entity.value}`, entity);
  }
  return [...entities.values()];
}

/** Asks the record, not the clock: a time in the future is suspect only until it comes, and a replay must give the same answer. */
function suspect({ timeSuspect, lens, record }: SourceEvent): { timeSuspect?: true } {
  return timeSuspect && lens.time(record) === undefined ? { timeSuspect: true } : {};
}

/** Of several events at the first moment the one with the lowest id, so that the order of arrival does not matter. */
function firstId({ firstEvent, events }: CorrelationHit<SourceEvent>): string {
  let first = firstEvent.id;
  for (const { id, time } of events) if (time === firstEvent.time && id < first) first = id;
  return first;
}

function namedEvents(events: readonly SourceEvent[]): string[] {
  const named =
    events.length <= 2 * EVENTS_NAMED_AT_EACH_END
      ? events
      : [...events.slice(0, EVENTS_NAMED_AT_EACH_END), ...events.slice(-EVENTS_NAMED_AT_EACH_END)];
  return named.map(({ id }) => id);
}

/** What the group shares, and how many events the condition was about; a correlation over everything has only the count. */
function groupFields({ group, figure, events }: CorrelationHit<SourceEvent>): MatchedField[] {
  const pattern = `figure ${figure} over ${events.length} events`;
  if (group.length === 0) return [{ selection: 'group-by', field: '', value: 'all events', pattern }];
  return group.map(({ field, value }) => plainField({ selection: 'group-by', field, value, pattern }));
}

function plainField({ selection, field, value, pattern }: MatchedField): MatchedField {
  return { selection, field, value: plainText(value, FIELD_LIMIT), pattern: plainText(pattern, FIELD_LIMIT) };
}

/** Digest of a rule's text: what a record and a grant are bound to. */
export function detectorVersion(rule: SigmaRule): string {
  return stableId(rule.text);
}

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
