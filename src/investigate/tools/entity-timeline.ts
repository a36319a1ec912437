import type { EventFact } from '../../ports/event-lake.ts';
import { weights } from '../../score/index.ts';
import { type Behaviour, behaviours } from '../behaviours/index.ts';
import { type Answer, type Ask, EVIDENCE_LIMIT, factsOf } from '../tool.ts';

const AROUND = 15 * 60_000;
const EVENT_LIMIT = 20_000;
/** An act already behind a detection is known; what it adds to the technique picture is kept, to the odds it is not. */
const KNOWN_TECHNIQUE = 0.35;

interface Seen {
  readonly behaviour: Behaviour;
  readonly events: string[];
}

/** What else did the story's hosts and principals do, before and after? Reads acts, not detections. */
export function entityTimeline(ask: Ask): Answer | undefined {
  const facts = aroundStory(ask);
  if (facts.length === 0) return undefined;
  const own = new Set(ask.candidate.events);
  const seen = actsIn(facts);
  // A second record of a detected act (the Security twin of a Sysmon event) is no second act.
  const named = new Set([...ask.candidate.techniqueWeights.keys()].flatMap((id) => [id, id.split('.')[0] ?? id]));
  const fresh = seen.filter(
    ({ behaviour, events }) => !named.has(behaviour.technique) && !events.every((id) => own.has(id)),
  );
  const moved = Math.min(
    weights.behaviourLimit,
    fresh.reduce((sum, { behaviour }) => sum + behaviour.logOdds, 0),
  );
  const extent = facts.length >= EVENT_LIMIT ? `The first ${facts.length} of more events` : `${facts.length} events`;
  const told = fresh.toSorted((a, b) => b.behaviour.logOdds - a.behaviour.logOdds).slice(0, 6);
  return {
    query: { from: ask.candidate.firstEventAt - AROUND, to: ask.candidate.lastEventAt + AROUND, limit: EVENT_LIMIT },
    answer:
      told.length === 0
        ? `${extent} within 15 minutes of the story; none is an act that intrusions are made of.`
        : `${extent} within 15 minutes of the story. Beyond what was detected: ${told.map(({ behaviour, events }) => `${behaviour.says}${events.length > 1 ? ` (${events.length})` : ''}`).join('; ')}.`,
    logOdds: moved,
    evidence: told.flatMap(({ events }) => events.slice(0, 4)).slice(0, EVIDENCE_LIMIT),
    techniques: techniquesOf(seen),
  };
}

function aroundStory(ask: Ask): readonly EventFact[] {
  const { candidate, lake } = ask;
  const from = candidate.firstEventAt - AROUND;
  const to = candidate.lastEventAt + AROUND;
  const shared = (host: string): boolean => lake.usersOn(host) > 4;
  const users = new Set(candidate.entities.filter(({ kind }) => kind === 'user').map(({ value }) => value));
  const facts = new Map<string, EventFact>();
  for (const { kind, value } of candidate.entities.slice(0, 12)) {
    if (kind === 'host') {
      for (const fact of lake.ofHost(value, from, to, EVENT_LIMIT)) {
        // On a shared server only what the story's own accounts did belongs to it.
        if (!shared(value) || fact.activity.user === undefined || users.has(fact.activity.user))
          facts.set(fact.id, fact);
      }
    }
    if (kind === 'cloud_principal')
      for (const fact of lake.ofPrincipal(value, from, to, EVENT_LIMIT)) facts.set(fact.id, fact);
  }
  for (const detection of candidate.detections.slice(0, 50))
    for (const fact of factsOf(detection, lake)) facts.set(fact.id, fact);
  return [...facts.values()];
}

function actsIn(facts: readonly EventFact[]): readonly Seen[] {
  const seen = new Map<Behaviour, Seen>();
  for (const fact of facts) {
    for (const behaviour of behaviours) {
      if (!behaviour.shown(fact.activity)) continue;
      const entry = seen.get(behaviour);
      if (entry === undefined) seen.set(behaviour, { behaviour, events: [fact.id] });
      else if (entry.events.length < 200) entry.events.push(fact.id);
    }
  }
  return [...seen.values()];
}

function techniquesOf(seen: readonly Seen[]): ReadonlyMap<string, number> {
  const techniques = new Map<string, number>();
  for (const { behaviour } of seen) {
    const weight = KNOWN_TECHNIQUE + behaviour.logOdds;
    techniques.set(behaviour.technique, Math.max(techniques.get(behaviour.technique) ?? 0, weight));
  }
  return techniques;
}
