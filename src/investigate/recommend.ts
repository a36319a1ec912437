import type { EntityKind } from '../contracts/entity.ts';
import type { Disposition, Recommendation } from '../contracts/investigation.ts';
import { isBuiltInAccount } from '../contracts/names.ts';
import type { Candidate, Investigated } from '../contracts/stages.ts';
import type { Playbook } from './playbook.ts';

/** Even odds of a threat ask for a threat's treatment; below one in eight the AI would not keep a person longer. */
const THREAT_FROM = 0.5;
const BENIGN_BELOW = 0.125;

const REASONS_SHOWN = 5;

/** What the AI proposes for an investigated story, and why; a person decides. */
export function recommendation(
  candidate: Candidate,
  { investigation }: Investigated,
  threatProbability: number,
  playbook: Playbook,
): Recommendation {
  const parts = [
    ...candidate.reasons.map(({ text, logOdds }) => ({ text, logOdds })),
    ...investigation.steps.map(({ answer, logOdds }) => ({ text: answer, logOdds })),
  ].sort((a, b) => b.logOdds - a.logOdds);
  const disposition = dispositionAt(threatProbability, candidate);
  return {
    disposition,
    for: parts
      .filter(({ logOdds }) => logOdds > 0)
      .slice(0, REASONS_SHOWN)
      .map(({ text }) => text),
    against: parts
      .filter(({ logOdds }) => logOdds < 0)
      .reverse()
      .slice(0, REASONS_SHOWN)
      .map(({ text }) => text),
    notChecked: [...investigation.openQuestions, ...playbook.ask_people],
    actions: disposition === 'threat' ? actionsFor(candidate, playbook) : [],
  };
}

function dispositionAt(threatProbability: number, candidate: Candidate): Disposition {
  if (threatProbability >= THREAT_FROM) return 'threat';
  if (threatProbability >= BENIGN_BELOW) return 'inconclusive';
  // A detector that fires all over the estate is wrong about it; one that fires rarely on harmless work is right about odd work.
  return candidate.reasons.some(({ term }) => term === 'detector-common') ? 'false_positive' : 'benign';
}

const targetKinds: Readonly<Record<Playbook['actions'][number]['target'], EntityKind>> = {
  host: 'host',
  user: 'user',
  cloud_principal: 'cloud_principal',
  address: 'address',
  file: 'file',
};

function actionsFor(candidate: Candidate, playbook: Playbook): Recommendation['actions'] {
  const actions: Recommendation['actions'] = [];
  for (const { kind, target, impact, reversible, why } of playbook.actions) {
    const entity = candidate.entities.find(
      (one) => one.kind === targetKinds[target] && !(target === 'user' && isBuiltInAccount(one.value)),
    );
    if (entity !== undefined) actions.push({ kind, target: entity.value, impact, reversible, why });
  }
  return actions;
}
