import type { Detection, MatchedField } from '../contracts/detection.ts';
import type { Entity } from '../contracts/entity.ts';
import type { SourceEvent } from '../contracts/event.ts';
import { stableId } from '../kernel/ids.ts';
import { entitiesOf } from '../lenses/index.ts';
import type { CorrelationHit } from '../sigma/index.ts';
import { detectors } from './detector.ts';
import { plainField, suspect } from './plain-field.ts';

/** Events whose entities a correlation's detection carries. */
const EVENTS_DESCRIBED = 50;
/** Of a correlation over more events than twice this, the first and the last so many are named; the count is told. */
const EVENTS_NAMED_AT_EACH_END = 500;

/** What a correlation's hit says, as a detection. */
export function correlationDetections(tenant: string): (hit: CorrelationHit<SourceEvent>) => Detection {
  const detectorOf = detectors();
  return (hit) => {
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
}

function entitiesOfAll(events: readonly SourceEvent[]): Entity[] {
  const entities = new Map<string, Entity>();
  for (const event of events.slice(0, EVENTS_DESCRIBED)) {
    for (const entity of entitiesOf(event.lens.activity(event.record)))
      entities.set(`${entity.kind}|${entity.value}`, entity);
  }
  return [...entities.values()];
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
