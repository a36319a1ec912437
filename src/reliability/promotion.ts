import type { ClassRecord } from './admissible.ts';
import { LARGEST_SHARE } from './admission.ts';
import { casesNeeded, logE, PROMOTE_AT, upperBound } from './e-process.ts';
import { type RecallRecord, recallRequirements } from './recall.ts';
import { count, percent, type Readiness, type Requirement, readiness } from './requirement.ts';

/** A record covers at least two weeks: weekly jobs, both shifts, one weekend and the next. */
export const DAYS_NEEDED = 14;

/** How far second readings have come. One wrong label in a hundred otherwise blocks every good class. */
export interface Adjudication {
  /** Cases where the first person and the AI differ, and how many of these a second blind person has read. */
  readonly disagreements: number;
  readonly disagreementsReread: number;
  /** Random agreements that a second blind person has read: as many as there are disagreements. */
  readonly agreementsReread: number;
  /** Blind cases without a final determination. Those that take long are not the easy ones, so none may wait. */
  readonly open: number;
}

export interface PromotionFacts {
  /** Error rate to stay below: one of `TARGETS`. */
  readonly target: number;
  readonly record: ClassRecord;
  readonly recall: RecallRecord;
  readonly adjudication: Adjudication;
  /** For an action: has its undo been carried out and checked? Null where the class closes findings and acts on nothing. */
  readonly undoVerified: boolean | null;
  /** Who determined the counted cases, and who would sign; null while nobody has come forward. */
  readonly deciders: readonly string[];
  readonly signer: string | null;
}

/**
 * Everything that a promotion asks of the record, each with its figure. A person signs or does not; nothing here promotes.
 * Errors: `RELIABILITY_RATE` for a target that is no share.
 */
export function promotion(facts: PromotionFacts): Readiness {
  const undo = facts.undoVerified === null ? [] : [undoRequirement(facts.undoVerified)];
  return readiness([
    evidenceRequirement(facts.target, facts.record.errors, facts.record.cases),
    spanRequirement(facts.record.daysSpanned),
    entityRequirement(facts.record.largestEntity),
    adjudicationRequirement(facts.adjudication),
    ...recallRequirements(facts.recall),
    ...undo,
    separationRequirement(facts.deciders, facts.signer),
  ]);
}

/** E >= 20 now, over all counted cases. */
export function evidenceRequirement(target: number, errors: number, cases: number): Requirement {
  const met = logE(target, errors, cases) >= Math.log(PROMOTE_AT);
  const stand = `${count(cases, 'case')} counted, ${errors === 0 ? 'no error' : count(errors, 'error')}`;
  const bound = `${percent(upperBound(errors, cases))} at 95 % confidence`;
  if (met) {
    return {
      name: 'evidence',
      met,
      said: `${stand}: the error rate is below ${bound}, the target is ${percent(target)}.`,
    };
  }
  const missing = count(casesNeeded(target, errors) - cases, 'more case');
  return {
    name: 'evidence',
    met,
    said: `${stand}: the error rate may be as high as ${bound}; ${missing} without an error show that it is below ${percent(target)}.`,
  };
}

function spanRequirement(days: number): Requirement {
  const met = days >= DAYS_NEEDED;
  const spanned = `The record spans ${count(Math.floor(days), 'day')}`;
  const missing = count(Math.ceil(DAYS_NEEDED - days), 'more day');
  return { name: 'span', met, said: met ? `${spanned}.` : `${spanned}; ${missing} to go until ${DAYS_NEEDED}.` };
}

function entityRequirement(largest: ClassRecord['largestEntity']): Requirement {
  if (largest === null) return { name: 'largest-entity', met: false, said: 'No case is counted yet.' };
  const met = largest.share <= LARGEST_SHARE;
  const figure = `${largest.entity} is ${percent(largest.share)} of the record (${count(largest.cases, 'case')})`;
  const missing = Math.ceil(largest.cases / LARGEST_SHARE);
  return {
    name: 'largest-entity',
    met,
    said: met
      ? `${figure}; none is more.`
      : `${figure}; at most ${percent(LARGEST_SHARE)} may be, with cases of others up to ${missing} in all.`,
  };
}

function adjudicationRequirement({
  disagreements,
  disagreementsReread,
  agreementsReread,
  open,
}: Adjudication): Requirement {
  const missing = [
    {
      left: disagreements - disagreementsReread,
      what: ['disagreement needs a second reading', 'disagreements need a second reading'],
    },
    { left: disagreements - agreementsReread, what: ['random agreement needs one', 'random agreements need one'] },
    { left: open, what: ['blind case waits for its determination', 'blind cases wait for their determination'] },
  ].filter(({ left }) => left > 0);
  const said = missing.map(({ left, what: [one = '', many = ''] }) => count(left, one, many)).join('; ');
  return {
    name: 'adjudication',
    met: missing.length === 0,
    said:
      missing.length === 0
        ? `A second person read ${count(disagreementsReread, 'disagreement')} and ${count(agreementsReread, 'random agreement')}; no case is open.`
        : `${said}.`,
  };
}

function undoRequirement(met: boolean): Requirement {
  return {
    name: 'undo',
    met,
    said: met ? 'The undo was carried out and checked.' : 'The undo has not been carried out and checked yet.',
  };
}

function separationRequirement(deciders: readonly string[], signer: string | null): Requirement {
  const people = new Set(deciders);
  const others = signer === null ? people.size - 1 : [...people].filter((person) => person !== signer).length;
  const met = others >= 1;
  const determined = `${count(people.size, 'person', 'people')} determined the counted cases`;
  const missing = 'nobody signs for a class that they alone determined';
  return { name: 'separation', met, said: met ? `${determined}.` : `${determined}; ${missing}.` };
}
