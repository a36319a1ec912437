/**
 * Which cases stand for the class: one an entity and day (the first), and none from an entity that fills more than a tenth of the record. Both look at
 * the entity and the day alone, never at the outcome, and at nothing that comes later; so the cases kept are the same whatever the
 * outcomes are, and knowing one outcome cannot choose the next case.
 *
 * An error is counted all the same where its case is left out. That can only lower the evidence: let all cases be n with k
 * errors, and those counted m <= n with the same k errors. E grows with every clean case, so E(k, m) <= E(k, n), and E(k, n) is the
 * supermartingale of the whole stream. So a class that is wrong at or above its target is promoted with a probability of at most 1/20,
 * whether its rate is taken over all its findings or over one an entity and day, and a busy entity cannot hide errors by being left out.
 */

/** No entity fills more of the record than this. */
export const LARGEST_SHARE = 0.1;

/**
 * In a small record a tenth is less than a case, so an entity may have nine before its share is asked. Nine is the least floor with which eleven
 * equally busy entities can go on for ever; with eight they stop at 88 cases.
 */
const FREE_CASES = 9;

export type LeftOut = 'same-day' | 'entity-share';

export class Admission {
  readonly #kept = new Map<string | number, number>();
  readonly #lastDay = new Map<string | number, number>();
  #cases = 0;

  /** Takes the next case in time; null where it is kept, else why not. `day` is a number of days, never less than before. */
  next(entity: string | number, day: number): LeftOut | null {
    if (this.#lastDay.get(entity) === day) return 'same-day';
    const mine = (this.#kept.get(entity) ?? 0) + 1;
    if (mine > FREE_CASES && mine > LARGEST_SHARE * (this.#cases + 1)) return 'entity-share';
    this.#kept.set(entity, mine);
    this.#lastDay.set(entity, day);
    this.#cases += 1;
    return null;
  }
}
