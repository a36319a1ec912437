import type { Detection } from './contracts/detection.ts';
import type { SourceEvent } from './contracts/event.ts';
import type { Finding, Reason } from './contracts/finding.ts';
import type { Candidate } from './contracts/stages.ts';
import { createDetecting, type RuleEngine } from './detect/index.ts';
import { createInvestigator } from './investigate/index.ts';
import type { EventLake, EventLakeWriter } from './ports/event-lake.ts';
import { excess, probability, sumLogOdds } from './score/index.ts';
import { type Capacity, createTriage, defaultCapacity, severityOf, surface } from './triage/index.ts';

export type { RuleEngine } from './detect/index.ts';
export { defaultCapacity } from './triage/index.ts';

export interface PipelineParts {
  readonly tenant: string;
  readonly engine: RuleEngine;
  readonly lake: EventLake & EventLakeWriter;
  /** Parsed playbook files. */
  readonly playbooks: readonly { file: string; content: unknown }[];
  readonly capacity?: Capacity;
}

export interface Pipeline {
  /** Events into the lake and past the detectors. */
  push(events: readonly SourceEvent[]): void;
  /** Detections so far, oldest first read. */
  readonly detections: readonly Detection[];
  /** The feed is read to its end: correlations that waited for later events are judged. */
  end(): void;
  /** Groups, weighs, investigates and ranks all detections so far. The same detections give the same findings. */
  settle(): { readonly surfaced: readonly Finding[]; readonly below: readonly Finding[] };
}

/** The whole flow, in order: events -> detections -> stories -> investigation -> probability -> recommendation -> the line. */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { lake } = parts;
  const detecting = createDetecting(parts.engine, parts.tenant);
  const triage = createTriage(lake);
  const { investigate, recommend } = createInvestigator(lake, parts.playbooks);
  const detections: Detection[] = [];

  const findingOf = (candidate: Candidate): Finding => {
    const investigated = investigate(candidate);
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
      lake.add(events);
      for (const detection of detecting.push(events)) detections.push(detection);
    },
    detections,
    end() {
      for (const detection of detecting.end()) detections.push(detection);
    },
    settle: () => surface(worthInvestigating(triage(detections)).map(findingOf), parts.capacity ?? defaultCapacity),
  };
}

/** Investigations a settling may run. A flood of weak stories must not keep the strong ones waiting. */
const INVESTIGATIONS = 500;

/** The stories that say most before any investigation; on a flood, the rest wait for a settling in which they say more. */
function worthInvestigating(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.length <= INVESTIGATIONS) return candidates;
  const strength = new Map(candidates.map((candidate) => [candidate, sumLogOdds(candidate.base, candidate.reasons)]));
  return candidates
    .toSorted((a, b) => (strength.get(b) ?? 0) - (strength.get(a) ?? 0) || (a.id < b.id ? -1 : 1))
    .slice(0, INVESTIGATIONS);
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
