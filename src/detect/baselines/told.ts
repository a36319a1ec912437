import type { Detection, Detector, MatchedField } from '../../contracts/detection.ts';
import type { Entity } from '../../contracts/entity.ts';
import { plainName } from '../../contracts/plain-text.ts';
import { stableId } from '../../kernel/ids.ts';
import type { DetectedEvent } from '../../ports/work-store.ts';
import { plainField } from '../plain-field.ts';
import type { Baseline, Surprise } from './baseline.ts';
import type { Told } from './budget.ts';

/** Raised when what a baseline says means something else: its record begins anew. */
const EDITION = '1';
/** Events named, and kept, with a detection. */
const EVENTS = 50;
/** The field that holds the sentence. */
export const WHY = 'why';

/** A baseline as its detections name it. */
export function baselineDetector(baseline: Baseline): Detector {
  const { name, title, level, techniques, tactics, falsePositives } = baseline;
  return {
    kind: 'baseline',
    id: `baseline:${name}`,
    version: stableId('baseline', name, EDITION),
    title,
    level,
    techniques: [...techniques],
    tactics: [...tactics],
    falsePositives: [...falsePositives],
  };
}

/** The same for the same surprise, however often it is found. */
export function surpriseId(detector: Detector, { tenant, key }: Surprise): string {
  return stableId('detection', tenant, detector.id, detector.version, key);
}

/** What is said, as a detection: the sentence in the field `why`, each number in a field of its name. */
export function detectionOf(
  detector: Detector,
  { id, surprise, aDay }: Told,
): { readonly detection: Detection; readonly events: readonly DetectedEvent[] } {
  const { tenant, baseline, at, p, text, numbers, entities, sightings } = surprise;
  const field = (name: string, value: string): MatchedField =>
    plainField({ selection: baseline, field: name, value, pattern: '' });
  const named = sightings.slice(0, EVENTS);
  return {
    detection: {
      id,
      tenant,
      detector,
      events: [...new Set(named.map(({ event }) => event))],
      at,
      fields: [
        field(WHY, text),
        ...Object.entries(numbers).map(([name, value]) => field(name, String(value))),
        field('p', p.toPrecision(2)),
        field('expected a day', aDay.toPrecision(2)),
      ],
      entities: distinct(entities),
    },
    events: named.flatMap(({ event: eventId, first, source, lens, raw }) =>
      raw === undefined ? [] : [{ id: eventId, time: first, source, lens, raw }],
    ),
  };
}

function distinct(entities: readonly Entity[]): Entity[] {
  const found = new Map<string, Entity>();
  for (const { kind, value } of entities) found.set(`${kind}|${value}`, { kind, value: plainName(value) });
  return [...found.values()];
}
