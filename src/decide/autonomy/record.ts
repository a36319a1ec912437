import type { AutonomyCase, AutonomyClass, CaseLabel, LabelAsked, RecordFigures } from '../../contracts/grant.ts';
import { canariesOf } from '../../ports/state/canaries.ts';
import type { StateTx } from '../../ports/state-store.ts';
import {
  type Adjudication,
  admissible,
  type ClassRecord,
  type KnownThreat,
  logE,
  type RecallRecord,
  type ReliabilityCase,
  recallOf,
  upperBound,
} from '../../reliability/index.ts';
import { isWrong, targetOf, wouldClose } from './class-rules.ts';
import { type Labelled, labelled } from './labels.ts';

/** Blind cases that wait longer than this are counted as open: those that take long are not the easy ones. */
const SETTLED_WITHIN_MS = 3 * 86_400_000;
const MOST_CANARIES = 5000;

/** The record of a class in its epoch, as far as anybody may rest on it. */
export interface Standing {
  readonly target: number;
  /** Of the class, in order of time. */
  readonly cases: readonly Labelled[];
  readonly counted: readonly Labelled[];
  readonly record: ClassRecord;
  readonly recall: RecallRecord;
  readonly adjudication: Adjudication;
  readonly deciders: readonly string[];
  readonly figures: RecordFigures;
}

/** Everything the record of a class says at `now`. */
export async function standingOf(tx: StateTx, each: AutonomyClass, now: number): Promise<Standing> {
  const { tenant, key, epoch, subject, family } = each;
  const [all, labels, asked, { policy }, canaries, waiting] = [
    await tx.autonomy.cases(tenant, key, epoch),
    await tx.autonomy.labels(tenant, key, epoch),
    await tx.autonomy.labelsAsked(tenant, key, epoch),
    await tx.policy.get(tenant),
    await canariesOf(tx).all(tenant, MOST_CANARIES),
    await tx.autonomy.waiting(tenant, each, now - SETTLED_WITHIN_MS),
  ];
  const target = targetOf(family, subject, each.impact, policy);
  const byFinding = Map.groupBy(labels, ({ finding }) => finding);
  const label = (one: AutonomyCase) => labelled(subject, one, byFinding.get(one.finding) ?? []);
  const cases = all.filter(({ inClass }) => inClass).map(label);
  const record = admissible(cases.map(asReliability));
  const countedIds = new Set(record.counted.map(({ id }) => id));
  const counted = cases.filter(({ case: { finding } }) => countedIds.has(finding));
  const seeded = canaries
    .filter((one) => one.family === family && one.state !== 'planted' && (one.resolvedAt ?? 0) >= each.epochSince)
    .map(({ techniques, state }): KnownThreat => ({ techniques, missed: state === 'missed' }));
  const recall = recallWith(seeded, all.map(label));
  return {
    target,
    cases,
    counted,
    record,
    recall,
    adjudication: adjudicationOf(each, cases, labels, asked, waiting),
    deciders: [...new Set(counted.map(({ case: { by } }) => by.id))],
    figures: figuresOf(target, record, recall, counted),
  };
}

function asReliability({ case: each, isError }: Labelled): ReliabilityCase {
  return {
    id: each.finding,
    at: each.at,
    entity: each.entity,
    isError,
    seeded: false,
    detectors: Object.keys(each.detectors),
    techniques: each.techniques,
    entities: each.entities,
    sources: each.sources,
  };
}

/**
 * Real threats are those the AI showed as such, and misses. What it would have closed is an error of the record and is counted there; here it
 * counts against its techniques only, none of which may stay at zero.
 */
function recallWith(seeded: readonly KnownThreat[], all: readonly Labelled[]): RecallRecord {
  const threats = all.filter(({ case: { verdict, from } }) => verdict === 'threat' || from === 'miss');
  const known = ({ case: each }: Labelled): KnownThreat => ({
    techniques: each.techniques,
    missed: each.from === 'miss' || wouldClose(each.disposition),
  });
  const shown = threats.filter(({ case: { from, disposition } }) => from === 'miss' || !wouldClose(disposition));
  const figures = recallOf(seeded, shown.map(known));
  return { ...figures, blindTo: recallOf(seeded, threats.map(known)).blindTo };
}

function adjudicationOf(
  { subject }: AutonomyClass,
  cases: readonly Labelled[],
  labels: readonly CaseLabel[],
  asked: readonly LabelAsked[],
  waiting: number,
): Adjudication {
  const reread = new Set(labels.filter(({ kind }) => kind !== 'reversed').map(({ finding }) => finding));
  const differs = cases.filter(({ case: each }) => each.from !== 'miss' && isWrong(subject, each.verdict));
  const drawn = new Set(asked.filter(({ why }) => why === 'agreement').map(({ finding }) => finding));
  return {
    disagreements: differs.length,
    disagreementsReread: differs.filter(({ case: { finding } }) => reread.has(finding)).length,
    agreementsReread: [...drawn].filter((finding) => reread.has(finding)).length,
    open: waiting + cases.filter(({ settled }) => !settled).length,
  };
}

function figuresOf(
  target: number,
  record: ClassRecord,
  recall: RecallRecord,
  counted: readonly Labelled[],
): RecordFigures {
  const { cases, errors, daysSpanned } = record;
  return {
    target,
    cases,
    errors,
    logE: logE(target, errors, cases),
    upperBound: cases === 0 ? 1 : upperBound(errors, cases),
    days: daysSpanned,
    detectorMix: mixOf(counted.map(({ case: { detectors } }) => detectors)),
    seeded: { threats: recall.seeded.threats, misses: recall.seeded.misses },
    real: { threats: recall.real.threats, misses: recall.real.misses },
  };
}

/** Share of each detector among all that fired; one finding may have several. */
export function mixOf(findings: readonly Readonly<Record<string, string>>[]): Record<string, number> {
  const all = findings.flatMap((detectors) => Object.keys(detectors));
  const counts = Map.groupBy(all, (id) => id);
  return Object.fromEntries([...counts].map(([id, own]) => [id, own.length / all.length]).sort());
}
