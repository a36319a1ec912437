import type { ContextFact, FactBody } from '../contracts/context.ts';
import type { Detection } from '../contracts/detection.ts';
import type { Entity, EntityKind } from '../contracts/entity.ts';
import type { Finding } from '../contracts/finding.ts';
import { isBuiltInAccount } from '../contracts/names.ts';
import { onTheWall, type WeeklyHours } from '../contracts/weekly-hours.ts';

/** A fact as somebody might say it; nobody has. */
export type FactDraft = Pick<ContextFact, 'entity' | 'body' | 'text'> & { readonly until: number };

/** Who else acts in a story is told by hand. */
const MOST_DRAFTS = 5;
const MOST_NAMED = 50;
/** Shorter than the longest: what was true of one day is looked at again. */
const HOLDS_MS = 90 * 86_400_000;

/**
 * What a finding would teach if a person called it expected: for each who acted in it, what was seen, where, and in which hours of the
 * week (of the whole hours around it). A draft weighs nothing; a person reads it, changes it and says it, or does not.
 */
export function draftsOf({ detections, title }: Finding, timeZone: string, now: number): readonly FactDraft[] {
  const drafts: FactDraft[] = [];
  for (const entity of actorsIn(detections)) {
    const theirs = detections.filter(({ entities }) => entities.some((each) => same(each, entity)));
    drafts.push({
      entity,
      body: expectedIn(theirs, entity, timeZone),
      text: `As in "${title.slice(0, 200)}"`,
      until: now + HOLDS_MS,
    });
    if (drafts.length === MOST_DRAFTS) break;
  }
  return drafts;
}

function expectedIn(detections: readonly Detection[], actor: Entity, timeZone: string): FactBody {
  const hosts = new Set<string>();
  for (const { entities } of detections) {
    for (const { kind, value } of entities) if (kind === 'host' && hosts.size < MOST_NAMED) hosts.add(value);
  }
  return {
    kind: 'expected_behaviour',
    detectors: [...new Set(detections.map(({ detector }) => detector.id))].slice(0, MOST_NAMED),
    families: [],
    techniques: [],
    hosts: actor.kind === 'host' ? [] : [...hosts],
    hours: hoursOf(detections, timeZone),
  };
}

/** The first kind of these that the story names: people and principals act, machines by themselves, addresses from elsewhere. */
function actorsIn(detections: readonly Detection[]): readonly Entity[] {
  const found = new Map<string, Entity>();
  for (const { entities } of detections)
    for (const entity of entities) found.set(`${entity.kind}|${entity.value}`, entity);
  const all = [...found.values()];
  const people = all.filter(
    ({ kind, value }) => kind === 'cloud_principal' || (kind === 'user' && !isBuiltInAccount(value)),
  );
  const of = (wanted: EntityKind): Entity[] => all.filter(({ kind }) => kind === wanted);
  return [people, of('host'), of('address')].find((some) => some.length > 0) ?? [];
}

/** Undefined times say nothing; without any that can be trusted, no hours are named. */
function hoursOf(detections: readonly Detection[], timeZone: string): WeeklyHours | null {
  const byDay = new Map<number, { from: number; to: number }>();
  for (const { at, timeSuspect } of detections) {
    if (timeSuspect === true) continue;
    const { day, minute } = onTheWall(timeZone, at);
    const hour = Math.floor(minute / 60);
    const span = byDay.get(day);
    byDay.set(day, { from: Math.min(span?.from ?? hour, hour), to: Math.max(span?.to ?? 0, hour + 1) });
  }
  if (byDay.size === 0) return null;
  const spans = [...byDay]
    .sort(([a], [b]) => a - b)
    .map(([day, { from, to }]) => ({ days: [day], from: clock(from), to: clock(to) }));
  return { timeZone, spans };
}

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
const same = (a: Entity, b: Entity): boolean => a.kind === b.kind && a.value === b.value;
