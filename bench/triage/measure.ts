import { median } from '../data-options.ts';
import type { Replayed } from './replay.ts';
import { dayOf, type Judged, type Truth } from './truth.ts';

/** One network replayed by one model, measured. */
export interface Measured {
  readonly days: number;
  readonly alerts: number;
  readonly candidates: number;
  readonly findingsPerDay: number;
  readonly mostFindingsADay: number;
  /** null where the network has no quiet day. */
  readonly quietDayFindings: number | null;
  readonly quietDays: number;
  readonly backgroundDayFindings: number | null;
  readonly phasesPresent: number;
  readonly phasesFound: number;
  readonly phasesLost: readonly string[];
  /** Phases whose first alert is named in the story it is in, and that story above the line. */
  readonly phasesNamed: number;
  readonly notNamed: readonly string[];
  /** Distinct true findings above the line that the phases fall into. */
  readonly trueFindings: number;
  readonly firstTrueRank: number | null;
  readonly trueShareAboveLine: number | null;
  /** Median over phases found, and the longest. */
  readonly minutesToVisible: number | null;
  readonly minutesByPhase: Readonly<Record<string, number>>;
}

export function measure(truth: Truth, replayed: Replayed, judged: readonly Judged[]): Measured {
  const { attack, quiet, background } = truth.days;
  const visible = judged.filter(({ visibleAt }) => visibleAt !== undefined);
  const perDay = (days: readonly number[]): number[] =>
    days.map((day) => visible.filter(({ finding }) => dayOf(finding.firstEventAt) === day).length);
  const everyDay = perDay([...attack, ...quiet, ...background]);
  const onAttackDays = visible.filter(({ finding }) => attack.includes(dayOf(finding.firstEventAt)));
  const found = new Map<string, Judged[]>();
  for (const one of visible.filter(({ isTrue }) => isTrue))
    for (const phase of one.phases) found.set(phase, [...(found.get(phase) ?? []), one]);
  const minutesByPhase: Record<string, number> = {};
  for (const { name, firstAt, cells } of truth.phases) {
    const shown = (found.get(name) ?? []).flatMap(({ finding }) =>
      finding.detections.filter(
        (detection) =>
          detection.at >= firstAt && cells.has([...truth.cellsOf({ ...finding, detections: [detection] })][0] ?? ''),
      ),
    );
    const at = Math.min(...shown.map(({ id }) => replayed.shownAt.get(id) ?? Number.POSITIVE_INFINITY));
    if (Number.isFinite(at)) minutesByPhase[name] = (at - firstAt) / 60_000;
  }
  const named = truth.phases.filter(({ first }) =>
    visible.some(({ finding }) => finding.detections.some(({ id }) => first.includes(id))),
  );
  const lost = truth.phases.filter(({ name }) => !found.has(name));
  return {
    days: everyDay.length,
    alerts: replayed.alerts,
    candidates: judged.length,
    findingsPerDay: mean(everyDay),
    mostFindingsADay: Math.max(...everyDay),
    quietDayFindings: quiet.length === 0 ? null : mean(perDay(quiet)),
    quietDays: quiet.length,
    backgroundDayFindings: background.length === 0 ? null : mean(perDay(background)),
    phasesPresent: truth.phases.length,
    phasesFound: truth.phases.length - lost.length,
    phasesLost: lost.map(({ name }) => name),
    phasesNamed: named.length,
    notNamed: truth.phases.filter((phase) => !named.includes(phase)).map(({ name }) => name),
    trueFindings: new Set([...found.values()].flat()).size,
    firstTrueRank: firstTrueRank(onAttackDays),
    trueShareAboveLine: onAttackDays.length === 0 ? null : mean(onAttackDays.map(({ isTrue }) => (isTrue ? 1 : 0))),
    minutesToVisible: Object.keys(minutesByPhase).length === 0 ? null : median(Object.values(minutesByPhase)),
    minutesByPhase,
  };
}

/** In the order of the queue, as it stood in the end; the best of the attack days. */
function firstTrueRank(visible: readonly Judged[]): number | null {
  let best: number | null = null;
  for (const ofDay of Map.groupBy(visible, ({ finding }) => dayOf(finding.firstEventAt)).values()) {
    const ranked = ofDay.toSorted((a, b) => b.finding.threatProbability - a.finding.threatProbability);
    const at = ranked.findIndex(({ isTrue }) => isTrue);
    if (at !== -1) best = Math.min(best ?? Number.POSITIVE_INFINITY, at + 1);
  }
  return best;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
