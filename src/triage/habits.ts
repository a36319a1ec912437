import type { Detection } from '../contracts/detection.ts';
import type { Activity } from '../contracts/event.ts';
import { baseName } from '../contracts/names.ts';
import { stableId } from '../kernel/ids.ts';
import type { EventLake } from '../ports/event-lake.ts';

const HOUR = 3_600_000;
/** The same act in one place in this many different hours ... */
const HOURS = 4;
/** ... over at least this long is how something works there: a job, a health check, an agent. */
const SPAN = 6 * HOUR;
/** Habits of several hosts are one (a fleet's agent) where more than this share of the places that show the act keep it up. */
const MOST = 0.5;

/** One act and where it happens: a host, in the cloud a principal, failing both the account or address. */
interface Act {
  /** A digest: command lines may be megabytes. */
  readonly name: string;
  readonly place: string;
}

/** Acts of detections that were weighed before: what a record says happened does not change. */
const known = new WeakMap<Detection, Act>();

/** undefined where a detection is no single act, or one that no routine excuses. */
function actOf(detection: Detection, lake: EventLake): Act | undefined {
  const before = known.get(detection);
  if (before !== undefined) return before;
  const act = readAct(detection, lake);
  if (act !== undefined) known.set(detection, act);
  return act;
}

function readAct(detection: Detection, lake: EventLake): Act | undefined {
  const activity = lake.event(detection.events[0] ?? '')?.activity;
  if (activity === undefined || detection.events.length > 1 || detection.timeSuspect === true) return undefined;
  // A critical rule says that hardly anything harmless looks so; that it happens often makes it no better.
  if (detection.detector.level === 'critical') return undefined;
  const { host, principal, user, sourceAddress } = activity;
  return {
    name: stableId(detection.detector.id, user ?? '', ...described(activity), ...targets(activity)),
    place: host ?? principal ?? user ?? sourceAddress ?? '',
  };
}

/** Program, parent and command, numbers and ids blanked. */
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

/** What is acted on: one tool against four targets in four hours is four acts. */
function targets({ targetUser, target, remoteAddress, resource, domain }: Activity): readonly string[] {
  return [targetUser ?? '', baseName(target?.image ?? ''), remoteAddress ?? '', resource ?? '', domain ?? ''];
}

/**
 * Dates, counters, GUIDs and temporary names differ from run to run; words do not. IPv4 addresses and the machine in a UNC
 * path stay: they are whom a command is aimed at.
 */
function blanked(text: string): string {
  return text
    .toLowerCase()
    .replace(/(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|(?<![^\s"'=,;])\\\\[^\\\s"']+|[0-9a-f]{8,}|\d+/g, (part) =>
      part.startsWith('\\') || part.includes('.') ? part : '#',
    );
}

/**
 * Detections that are part of a habit: the same act by the same account on the same targets, on one host in at least four
 * different hours over at least six. Detection id -> the habit's name. Several hosts share a habit only where most of those
 * on which the act was seen keep it up by themselves: a tool that visits one host after the other is an intruder's walk, not
 * a job. A habit is a story of its own and ties nothing else together, and it is no proof of innocence: an intruder can live
 * in one, so it lowers a score and hides nothing.
 */
export function habitsOf(detections: readonly Detection[], lake: EventLake): ReadonlyMap<string, string> {
  const acts = new Map<string, Map<string, Detection[]>>();
  for (const detection of detections) {
    const act = actOf(detection, lake);
    if (act === undefined) continue;
    const places = acts.get(act.name) ?? new Map<string, Detection[]>();
    acts.set(act.name, places);
    const hits = places.get(act.place);
    if (hits === undefined) places.set(act.place, [detection]);
    else hits.push(detection);
  }
  const habits = new Map<string, string>();
  for (const [name, places] of acts) {
    const regular = [...places].filter(([, hits]) => isHabit(hits));
    const shared = regular.length > MOST * places.size;
    for (const [place, hits] of regular) {
      for (const { id } of hits) habits.set(id, shared ? name : stableId(name, place));
    }
  }
  return habits;
}

/** @param hits of one act in one place */
function isHabit(hits: readonly Detection[]): boolean {
  if (hits.length < HOURS) return false;
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
