import type { StoredFinding } from '../../ports/state-store.ts';
import { LEAST_RUN } from './selections.ts';

/** Findings of one rule alone that people said the same of: the detector was wrong (`false_positive`), or what it saw is wanted (`benign`). */
export interface Run {
  readonly rule: string;
  readonly verdict: 'false_positive' | 'benign';
  /** Oldest first. */
  readonly findings: readonly StoredFinding[];
}

/**
 * The runs among a tenant's findings. What the machine closed by itself is in none: nobody has spoken of it.
 *
 * @param versionOf the version of a rule as it runs now; what an older one detected is no reason to change this one
 * @param covered findings that an accepted filter removes already
 */
export function runsOf(
  findings: readonly StoredFinding[],
  versionOf: (rule: string) => string | undefined,
  covered: ReadonlySet<string>,
): readonly Run[] {
  const runs = new Map<string, { rule: string; verdict: Run['verdict']; findings: StoredFinding[] }>();
  for (const stored of findings) {
    const verdict = stored.status === 'determined' ? stored.determination?.verdict : undefined;
    if (verdict !== 'false_positive' && verdict !== 'benign') continue;
    const rule = onlyRuleOf(stored, versionOf);
    if (rule === undefined || covered.has(stored.finding.id)) continue;
    const key = `${verdict} ${rule}`;
    const run = runs.get(key) ?? { rule, verdict, findings: [] };
    run.findings.push(stored);
    runs.set(key, run);
  }
  return [...runs.values()]
    .filter(({ findings: own }) => own.length >= LEAST_RUN)
    .map((run) => ({
      ...run,
      findings: run.findings.toSorted((a, b) => a.finding.firstEventAt - b.finding.firstEventAt),
    }));
}

/** The Sigma rule that all detections of a finding come from, where there is one and it has not changed since. */
function onlyRuleOf(
  { finding: { detections } }: StoredFinding,
  versionOf: (rule: string) => string | undefined,
): string | undefined {
  const [first] = detections;
  if (first === undefined) return undefined;
  const { id } = first.detector;
  const version = versionOf(id);
  const isAlone = detections.every(
    ({ detector }) => detector.kind === 'sigma' && detector.id === id && detector.version === version,
  );
  return isAlone ? id : undefined;
}
