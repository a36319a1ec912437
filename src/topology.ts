import type { Detection } from './contracts/detection.ts';
import type { SourceEvent } from './contracts/event.ts';
import type { Finding, Reason } from './contracts/finding.ts';
import type { Candidate, Investigated } from './contracts/stages.ts';
import { createDetecting, type RuleEngine } from './detect/index.ts';
import { createInvestigator } from './investigate/index.ts';
import type { EventLake, EventLakeWriter } from './ports/event-lake.ts';
import { excess, probability, sumLogOdds } from './score/index.ts';
import {
  type Capacity,
  createTriage,
  defaultCapacity,
  type KnownFindings,
  severityOf,
  surface,
} from './triage/index.ts';

export type { RuleEngine } from './detect/index.ts';
export { defaultCapacity } from './triage/index.ts';

export interface PipelineParts {
  readonly tenant: string;
  readonly engine: RuleEngine;
  readonly lake: EventLake & EventLakeWriter;
  /** Parsed playbook files. */
  readonly playbooks: readonly { file: string; content: unknown }[];
  readonly capacity?: Capacity;
  /** Whether behavioural baselines look on; see `createDetecting`. */
  readonly baselines?: boolean;
}

export interface Pipeline {
  /** Events into the lake and past the detectors. Those already at hand are passed over: what is read again counts once. */
  push(events: readonly SourceEvent[]): void;
  /** Detections that workers made. Those at hand already are passed over. */
  take(detections: readonly Detection[]): void;
  /** Detections that no story will come of any more. */
  forget(ids: Iterable<string>): void;
  /** Events taken in so far. */
  readonly events: number;
  readonly detections: readonly Detection[];
  /** The feed is read to its end: correlations that waited for later events are judged. */
  end(): void;
  /**
   * Groups, weighs, investigates and ranks all detections so far. The same detections give the same findings. Parts of a finding in
   * `known` stay together.
   */
  settle(known?: KnownFindings): { readonly surfaced: readonly Finding[]; readonly below: readonly Finding[] };
}

/** Investigations a settling may run for one day of event time: a flood of weak stories must not keep the strong ones waiting. */
const INVESTIGATIONS_A_DAY = 200;
const DAY = 86_400_000;

/** The whole flow, in order: events -> detections -> stories -> investigation -> probability -> recommendation -> the line. */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { lake } = parts;
  const detecting = createDetecting(parts.engine, parts.tenant, { baselines: parts.baselines ?? false });
  const triage = createTriage(lake);
  const { investigate, recommend } = createInvestigator(lake, parts.playbooks);
  const detections = new Map<string, Detection>();
  const keep = (found: readonly Detection[]): void => {
    for (const detection of found) if (!detections.has(detection.id)) detections.set(detection.id, detection);
  };

  const findingOf = (candidate: Candidate, isInvestigated: boolean): Finding => {
    const investigated = isInvestigated ? investigate(candidate) : notInvestigated;
    const { reasons, total } = weigh(candidate, investigated.investigation.steps);
    const threatProbability = probability(total);
    return {
      id: candidate.id,
      tenant: candidate.tenant,
      revision: 1,
      title: candidate.title,
      family: candidate.family,
      threatProbability,
      severity: severityOf(candidate.level, threatProbability),
      techniques: techniquesByWeight(candidate.techniqueWeights, investigated.techniqueWeights),
      tactics: [...candidate.tactics],
      entities: [...candidate.entities],
      firstEventAt: candidate.firstEventAt,
      lastEventAt: candidate.lastEventAt,
      base: candidate.base,
      reasons: [...reasons],
      detections: [...candidate.detections],
      events: [...candidate.events],
      investigation: investigated.investigation,
      recommendation: recommend(candidate, investigated, threatProbability),
    };
  };

  return {
    push(events) {
      const fresh = events.filter(({ id }) => lake.event(id) === undefined);
      lake.add(fresh);
      keep(detecting.push(fresh));
    },
    take: keep,
    forget(ids) {
      for (const id of ids) detections.delete(id);
    },
    get events() {
      return lake.size;
    },
    get detections() {
      return [...detections.values()];
    },
    end: () => keep(detecting.end()),
    settle(known) {
      const candidates = triage([...detections.values()], known);
      const chosen = strongestOfEachDay(candidates);
      return surface(
        candidates.map((candidate) => findingOf(candidate, chosen.has(candidate))),
        parts.capacity ?? defaultCapacity,
      );
    },
  };
}

const notInvestigated: Investigated = {
  investigation: {
    playbook: 'none',
    steps: [],
    openQuestions: [
      'Not investigated: more stories began that day than are investigated at a time, and others said more',
    ],
  },
  techniqueWeights: new Map(),
};

/** The stories that say most before any investigation, of each day they began on. */
function strongestOfEachDay(candidates: readonly Candidate[]): ReadonlySet<Candidate> {
  const strength = new Map(candidates.map((candidate) => [candidate, sumLogOdds(candidate.base, candidate.reasons)]));
  const chosen = new Set<Candidate>();
  for (const day of Map.groupBy(candidates, ({ firstEventAt }) => Math.floor(firstEventAt / DAY)).values()) {
    const strongest = day.toSorted((a, b) => (strength.get(b) ?? 0) - (strength.get(a) ?? 0) || (a.id < b.id ? -1 : 1));
    for (const candidate of strongest.slice(0, INVESTIGATIONS_A_DAY)) chosen.add(candidate);
  }
  return chosen;
}

/** The sum, with a term of its own where it would claim more certainty than hand-set weights can bear. */
function weigh(
  candidate: Candidate,
  steps: readonly { logOdds: number }[],
): { reasons: readonly Reason[]; total: number } {
  const sum = sumLogOdds(candidate.base, [...candidate.reasons, ...steps]);
  const over = excess(sum);
  const limit: Reason = {
    term: 'certainty-limit',
    text: 'Held to what hand-set weights can claim (1 in 8,000)',
    logOdds: over,
    evidence: [],
  };
  const reasons = over === 0 ? candidate.reasons : [...candidate.reasons, limit];
  return { reasons, total: sumLogOdds(candidate.base, [...reasons, ...steps]) };
}

/** Techniques that detectors name and events show, those with most behind them first. */
function techniquesByWeight(named: ReadonlyMap<string, number>, shown: ReadonlyMap<string, number>): string[] {
  const weights = new Map(named);
  for (const [technique, weight] of shown) weights.set(technique, (weights.get(technique) ?? 0) + weight);
  return [...weights].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([technique]) => technique);
}
