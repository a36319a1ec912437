import type { Assessed } from './opinion.ts';

/** One named term of the log-odds sum. */
export interface Contribution {
  readonly key: string;
  readonly part: 'base' | 'reason' | 'step';
  readonly term: string;
  readonly text: string;
  readonly logOdds: number;
  readonly evidence: readonly string[];
}

/** Every term in the order in which the sum is made: base rate, reasons, investigation steps. */
export function contributionsOf(finding: Assessed): readonly Contribution[] {
  return [
    {
      key: 'base',
      part: 'base',
      term: 'base rate',
      text: 'Before any evidence',
      logOdds: finding.base,
      evidence: [],
    },
    ...finding.reasons.map((reason, place): Contribution => ({ ...reason, key: `reason-${place}`, part: 'reason' })),
    ...finding.investigation.steps.map(
      (step, place): Contribution => ({
        key: `step-${place}`,
        part: 'step',
        term: step.tool,
        text: step.answer,
        logOdds: step.logOdds,
        evidence: step.evidence,
      }),
    ),
  ];
}

export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** How far the probability shown may be from the sum of its parts before the page says that they do not agree. */
const TOLERANCE = 1e-6;

/** Whether base and contributions really give the probability that the finding states. */
export function addsUp(contributions: readonly Contribution[], probability: number): boolean {
  const sum = contributions.reduce((total, { logOdds }) => total + logOdds, 0);
  return Math.abs(logistic(sum) - probability) <= TOLERANCE;
}
