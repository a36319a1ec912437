import type { Detection } from '../contracts/detection.ts';
import type { Activity } from '../contracts/event.ts';
import { baseName } from '../contracts/names.ts';
import type { EventLake } from '../ports/event-lake.ts';

const HOUR = 3_600_000;
/** The same act in this many different hours ... */
const HOURS = 4;
/** ... over at least this long is how something works here: a job, a health check, an agent. */
const SPAN = 6 * HOUR;

/** What makes two hits of one detector the same act: program, parent and command with its numbers and ids blanked. */
function actOf(detection: Detection, lake: EventLake): string | undefined {
  const activity = lake.event(detection.events[0] ?? '')?.activity;
  if (activity === undefined || detection.events.length > 1) return undefined;
  return [detection.detector.id, activity.user ?? '', ...described(activity)].join('\u0000');
}

function described(activity: Activity): readonly string[] {
  const { process, parent, action, principal, object, registryKey, file } = activity;
  return [
    baseName(process?.image ?? ''),
    baseName(parent?.image ?? ''),
    blanked(process?.commandLine ?? ''),
    action ?? '',
    principal ?? '',
    blanked(object ?? registryKey ?? file ?? ''),
  ];
}

/** Dates, counters, GUIDs and temporary names differ from run to run; words do not. */
function blanked(text: string): string {
  return text.toLowerCase().replace(/[0-9a-f]{8,}|\d+/g, '#');
}

/**
 * Detections that are part of a habit: the same act by the same account, in at least four different hours over at least six.
 * Detection id -> the habit's name. A habit is a story of its own, however many hosts share it; it ties nothing else together,
 * and it is no proof of innocence: an intruder can live in one, so it lowers a score and hides nothing.
 */
export function habitsOf(detections: readonly Detection[], lake: EventLake): ReadonlyMap<string, string> {
  const acts = new Map<string, Detection[]>();
  for (const detection of detections) {
    const act = actOf(detection, lake);
    if (act === undefined) continue;
    const hits = acts.get(act);
    if (hits === undefined) acts.set(act, [detection]);
    else hits.push(detection);
  }
  const habits = new Map<string, string>();
  for (const [act, hits] of acts) {
    if (hits.length < HOURS || !isHabit(hits)) continue;
    for (const { id } of hits) habits.set(id, act);
  }
  return habits;
}

function isHabit(hits: readonly Detection[]): boolean {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const hours = new Set<number>();
  for (const { at } of hits) {
    first = Math.min(first, at);
    last = Math.max(last, at);
    hours.add(Math.floor(at / HOUR));
  }
  return hours.size >= HOURS && last - first >= SPAN;
}
