import type { Finding } from '../contracts/finding.ts';

/** One finding as `assess --json` prints it; others build on this shape. */
export function reportOf(finding: Finding): Record<string, unknown> {
  const {
    id,
    title,
    threatProbability,
    severity,
    family,
    techniques,
    tactics,
    entities,
    firstEventAt,
    lastEventAt,
    events,
    base,
  } = finding;
  return {
    id,
    title,
    threatProbability,
    severity,
    family,
    techniques,
    tactics,
    entities,
    firstEventAt: new Date(firstEventAt).toISOString(),
    lastEventAt: new Date(lastEventAt).toISOString(),
    detections: finding.detections.length,
    events,
    base,
    reasons: finding.reasons.map(({ text, logOdds, evidence }) => ({ text, logOdds, evidence })),
    investigation: {
      steps: finding.investigation.steps.map(({ tool, question, answer, logOdds, evidence }) => ({
        tool,
        question,
        answer,
        logOdds,
        evidence,
      })),
    },
    recommendation: finding.recommendation,
  };
}
