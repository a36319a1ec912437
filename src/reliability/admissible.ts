import { BridgewatchError } from '../kernel/errors.ts';
import { Admission, type LeftOut } from './admission.ts';

/** One finding of a class that people determined without having seen the AI's recommendation. */
export interface ReliabilityCase {
  readonly id: string;
  /** When the finding became visible, in ms since 1970. */
  readonly at: number;
  /** The entity that the finding is about. */
  readonly entity: string;
  /** The AI would have closed what adjudication calls `threat` or `inconclusive`. */
  readonly isError: boolean;
  /** A planted threat: it measures recall, not the error rate of the stream, and is never counted here. */
  readonly seeded: boolean;
  readonly detectors: readonly string[];
  readonly techniques: readonly string[];
  readonly entities: readonly string[];
  readonly sources: readonly string[];
}

export interface CaseLeftOut {
  readonly id: string;
  readonly why: LeftOut | 'seeded';
}

/** The record of a class, as evidence. */
export interface ClassRecord {
  /** In order of time. */
  readonly counted: readonly ReliabilityCase[];
  readonly leftOut: readonly CaseLeftOut[];
  readonly cases: number;
  readonly errors: number;
  /** From the first counted case to the last, in days of 24 hours. */
  readonly daysSpanned: number;
  /** The entity with most of the counted cases; null for an empty record. */
  readonly largestEntity: { readonly entity: string; readonly cases: number; readonly share: number } | null;
}

const DAY = 86_400_000;

/**
 * The cases that count, by the rules of `admission.ts`, in order of time (ties by id). Days are UTC.
 * Errors: `RELIABILITY_TIME` where a case has no time.
 */
export function admissible(cases: readonly ReliabilityCase[]): ClassRecord {
  const counted: ReliabilityCase[] = [];
  const leftOut: CaseLeftOut[] = [];
  const admission = new Admission();
  for (const each of inOrder(cases)) {
    const why = each.seeded ? 'seeded' : admission.next(each.entity, Math.floor(each.at / DAY));
    if (why === null || (each.isError && why !== 'seeded')) counted.push(each);
    else leftOut.push({ id: each.id, why });
  }
  return {
    counted,
    leftOut,
    cases: counted.length,
    errors: counted.filter(({ isError }) => isError).length,
    daysSpanned: ((counted.at(-1)?.at ?? 0) - (counted[0]?.at ?? 0)) / DAY,
    largestEntity: largest(counted),
  };
}

function inOrder(cases: readonly ReliabilityCase[]): ReliabilityCase[] {
  for (const { id, at } of cases) {
    if (!Number.isFinite(at)) {
      throw new BridgewatchError('RELIABILITY_TIME', `case '${id}' is at ${at}: give ms since 1970`, 400);
    }
  }
  return cases.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

function largest(counted: readonly ReliabilityCase[]): ClassRecord['largestEntity'] {
  let most: { entity: string; cases: number; share: number } | null = null;
  for (const [entity, own] of Map.groupBy(counted, (each) => each.entity)) {
    if (own.length > (most?.cases ?? 0)) most = { entity, cases: own.length, share: own.length / counted.length };
  }
  return most;
}
