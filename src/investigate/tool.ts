import type { Detection } from '../contracts/detection.ts';
import type { Evidence } from '../contracts/investigation.ts';
import { plainText } from '../contracts/plain-text.ts';
import type { Candidate } from '../contracts/stages.ts';
import type { EventFact, EventLake } from '../ports/event-lake.ts';

/** What a tool is given: the story, the events at hand, and the one detection that says most. */
export interface Ask {
  readonly candidate: Candidate;
  readonly lake: EventLake;
  readonly lead: Detection;
  readonly question: string;
}

/** What a tool found. `undefined` from a tool means that the question does not apply to this story. */
export interface Answer {
  readonly query: Evidence['query'];
  readonly answer: string;
  readonly logOdds: number;
  readonly evidence: readonly string[];
  /** Techniques that the events themselves show -> weight. */
  readonly techniques?: ReadonlyMap<string, number>;
}

/** Read-only: a tool can ask the lake and nothing else. */
export type Tool = (ask: Ask) => Answer | undefined;

/** No answer rests on more events than a person can open. */
export const EVIDENCE_LIMIT = 25;

/** The events a detection rests on that are still at hand. */
export function factsOf(detection: Detection, lake: EventLake): readonly EventFact[] {
  const facts: EventFact[] = [];
  for (const id of detection.events) {
    const fact = lake.event(id);
    if (fact !== undefined) facts.push(fact);
  }
  return facts;
}

/** The strongest detection's first event, where the story is asked about. */
export function leadFact(ask: Ask): EventFact | undefined {
  return factsOf(ask.lead, ask.lake)[0];
}

/** Distinct process keys of the story, the lead's first. */
export function processKeysOf(ask: Ask, limit: number): readonly string[] {
  const keys = new Set<string>();
  for (const detection of [ask.lead, ...ask.candidate.detections]) {
    for (const { activity } of factsOf(detection, ask.lake)) {
      if (activity.process?.key !== undefined) keys.add(activity.process.key);
      if (keys.size >= limit) return [...keys];
    }
  }
  return [...keys];
}

/** What an answer quotes from telemetry: one plain line of at most `limit` characters. */
export function quoted(text: string, limit = 160): string {
  return plainText(text, limit);
}
