import type { TuningBeside, TuningProof } from '../../contracts/tuning.ts';
import type { ThreatExample } from '../../contracts/tuning-parts.ts';
import type { FilteredRule } from './filtered-rule.ts';
import type { KnownFinding } from './known.ts';

/** What a filter does to findings and examples at hand; `past` is told apart. */
export type NearProof = Omit<TuningProof, 'at' | 'past'>;

/**
 * Tries a filter on every finding that the rule speaks in, and on every example of what the rule must fire on.
 *
 * @param run ids of the findings that the filter is to remove
 */
export function proveNear(
  filtered: FilteredRule,
  known: readonly KnownFinding[],
  run: ReadonlySet<string>,
  examples: readonly ThreatExample[],
): NearProof {
  const threats = { findings: [] as string[], detections: 0, stillFire: 0 };
  const removes = { findings: [] as string[], detections: 0, of: run.size };
  const beside: TuningBeside[] = [];
  for (const { stored, detections, hits } of known) {
    const { finding, status, determination } = stored;
    const hidden = hits.filter(({ event }) => filtered.hides(event)).length;
    if (determination?.verdict === 'threat') {
      threats.findings.push(finding.id);
      threats.detections += hits.length;
      threats.stillFire += hits.length - hidden;
    }
    if (run.has(finding.id)) {
      removes.detections += hidden;
      // A detection whose event is not at hand is not known to go.
      if (hidden > 0 && hidden === finding.detections.length) removes.findings.push(finding.id);
    } else if (hidden > 0) {
      const verdict = determination?.verdict ?? null;
      beside.push({ finding: finding.id, title: finding.title, status, verdict, hidden, detections });
    }
  }
  return {
    threats,
    removes,
    beside,
    examples: examples.map(({ name, events }) => {
      const own = events.filter((event) => filtered.fires(event));
      return { name, events: own.length, stillFire: own.filter((event) => !filtered.hides(event)).length };
    }),
  };
}

/** What a filter may not hide, in words; none where every known threat still fires. */
export function hiddenThreats({
  threats,
  examples,
  beside,
}: Pick<TuningProof, 'threats' | 'examples' | 'beside'>): readonly string[] {
  return [
    ...(threats.stillFire < threats.detections
      ? [
          `${threats.detections - threats.stillFire} of ${threats.detections} detections in findings determined threat (${beside
            .filter(({ verdict }) => verdict === 'threat')
            .map(({ finding }) => finding)
            .slice(0, 3)
            .join(', ')})`,
        ]
      : []),
    ...examples
      .filter(({ events, stillFire }) => stillFire < events)
      .map(({ name, events, stillFire }) => `${events - stillFire} of ${events} events of ${JSON.stringify(name)}`),
  ];
}
