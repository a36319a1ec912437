import type { Detection } from '../contracts/detection.ts';
import type { Evidence } from '../contracts/investigation.ts';
import type { Candidate, Investigate, Recommend } from '../contracts/stages.ts';
import type { EventLake } from '../ports/event-lake.ts';
import { detectorWeight } from '../score/index.ts';
import { type Playbook, playbooksByFamily, tools } from './playbook.ts';
import { recommendation } from './recommend.ts';
import { quoted } from './tool.ts';

export interface Investigator {
  readonly investigate: Investigate;
  readonly recommend: Recommend;
}

/**
 * Runs the playbook of a story's family: each step is one read-only tool over the events at hand; each answer becomes evidence
 * with its query, its events and the amount it moves the probability.
 *
 * @param documents parsed playbook files
 */
export function createInvestigator(
  lake: EventLake,
  documents: readonly { file: string; content: unknown }[],
): Investigator {
  const playbooks = playbooksByFamily(documents);
  return {
    investigate: (candidate) => investigate(candidate, lake, playbookFor(candidate, playbooks)),
    recommend: (candidate, investigated, threatProbability) =>
      recommendation(candidate, investigated, threatProbability, playbookFor(candidate, playbooks)),
  };
}

/** A story about a cloud principal is asked cloud questions whatever its tactic. */
function playbookFor(candidate: Candidate, playbooks: ReadonlyMap<string, Playbook>): Playbook {
  const cloud =
    candidate.entities.some(({ kind }) => kind === 'cloud_principal') &&
    !candidate.entities.some(({ kind }) => kind === 'host');
  const chosen =
    (cloud ? playbooks.get('cloud-account') : undefined) ?? playbooks.get(candidate.family) ?? playbooks.get('default');
  if (chosen === undefined) throw new Error('unreachable: playbooksByFamily demands a default');
  return chosen;
}

function investigate(candidate: Candidate, lake: EventLake, playbook: Playbook): ReturnType<Investigate> {
  const lead = leadOf(candidate);
  const steps: Evidence[] = [];
  const openQuestions: string[] = [];
  const techniqueWeights = new Map<string, number>();
  for (const { tool, question } of playbook.steps) {
    const answer = lead === undefined ? undefined : tools[tool]?.({ candidate, lake, lead, question });
    if (answer === undefined) {
      openQuestions.push(`${question} (${tool}: the events at hand do not say)`);
      continue;
    }
    const { techniques, evidence, ...said } = answer;
    steps.push({ tool, question, ...said, query: shown(said.query), evidence: [...evidence] });
    for (const [technique, weight] of techniques ?? [])
      techniqueWeights.set(technique, Math.max(weight, techniqueWeights.get(technique) ?? 0));
  }
  return { investigation: { playbook: playbook.family, steps, openQuestions }, techniqueWeights };
}

/** The detection that says most: highest level, then the earliest. */
function leadOf(candidate: Candidate): Detection | undefined {
  let lead: Detection | undefined;
  for (const detection of candidate.detections) {
    if (lead === undefined || detectorWeight(detection.detector) > detectorWeight(lead.detector)) lead = detection;
  }
  return lead;
}

/** A query's own words come from telemetry too. */
function shown(query: Evidence['query']): Evidence['query'] {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? quoted(value, 300)
        : Array.isArray(value)
          ? value.slice(0, 20).map((one) => (typeof one === 'string' ? quoted(one, 300) : one))
          : value,
    ]),
  );
}
