import type { Finding, FindingDocument, Recommendation, Step } from '../../api/model.ts';

/** A finding with the AI's opinion in it: nothing withheld, and nothing that the AI never said. */
export interface Assessed extends Omit<Finding, 'threatProbability' | 'base' | 'recommendation' | 'investigation'> {
  readonly threatProbability: number;
  readonly base: number;
  readonly recommendation: Recommendation;
  readonly investigation: Omit<Finding['investigation'], 'steps'> & {
    readonly steps: readonly (Omit<Step, 'logOdds'> & { readonly logOdds: number })[];
  };
}

/** The finding with the AI's opinion, or null where there is none to show. */
export function assessed(finding: Finding): Assessed | null {
  const { threatProbability, base, recommendation, investigation } = finding;
  if (threatProbability === null || base === null || recommendation === null) return null;
  const steps = investigation.steps.map((step) => ({ ...step, logOdds: step.logOdds ?? 0 }));
  return { ...finding, threatProbability, base, recommendation, investigation: { ...investigation, steps } };
}

/** Why the AI's opinion is not shown, in one sentence; null where it is. */
export function withoutOpinion({ blind, finding }: Pick<FindingDocument, 'blind' | 'finding'>): string | null {
  if (finding.openedBy) return 'Opened by a person: the AI did not surface it and claims nothing about it.';
  if (blind === null) return null;
  return blind.why === 'review'
    ? 'Blind: you may be asked for a second opinion on this finding, so the first one is kept back.'
    : 'Blind: decide first, then see what the AI thinks.';
}
