import type { Entity } from '../../contracts/entity.ts';
import type { Surprise, Unlearned } from './baseline.ts';
import { Calibration } from './calibration.ts';

/** A surprise that is said, with what the tenant's past makes of it. */
export interface Told {
  readonly id: string;
  readonly surprise: Surprise;
  /** How many at least so strange the tenant's own past would bring a day, from this baseline. */
  readonly aDay: number;
}

export interface BudgetOptions {
  /** Of what is said in a day, the share that may be chance (expected): Benjamini-Hochberg's level. */
  readonly share: number;
  /** Detections a day of a tenant at most. */
  readonly perDay: number;
}

export const defaultBudget: BudgetOptions = { share: 0.25, perDay: 20 };

/** Surprises of a day that wait for company, beyond what was said. */
const WAITING = 100;

interface Claim extends Told {
  said: boolean;
}

/** What was said, for as long as a person may say what it was. */
interface Remembered {
  readonly day: number;
  readonly at: number;
  readonly baseline: string;
  readonly p: number;
  readonly entities: readonly string[];
}

/** Of what was said, the last so many. */
const REMEMBERED = 400;

/** What a tenant was told and what not: nothing that is withheld is gone without a number. */
export interface BudgetCounts {
  said: number;
  withheld: number;
  /** Of those withheld, what would have been said but for the bound a day. */
  overBudget: number;
}

/**
 * What of a tenant's surprises is said. Each surprise comes with how many at least so strange its baseline would bring a day by chance
 * (see `Calibration`), so in a day the n baselines of a tenant bring by chance about n times x that are below x. Of a day's surprises, the r
 * least likely are said where the r-th has n times x <= share times r, r as large as can be: Benjamini and Hochberg (1995), in Storey's
 * reading, over the tenant's day. It is worked out anew whenever one comes; more of them only ever raise r, so nothing said is taken
 * back, and a surprise that was too weak alone is said when the day brings it company.
 */
export class Budget {
  readonly #options: BudgetOptions;
  readonly #calibrations = new Map<string, Calibration>();
  readonly counts: BudgetCounts = { said: 0, withheld: 0, overBudget: 0 };
  #day = 0;
  /** By rising `aDay`. */
  #claims: Claim[] = [];
  #remembered: Remembered[] = [];

  constructor(options: BudgetOptions = defaultBudget) {
    this.#options = options;
  }

  /** A day of event time begins. @param adult baselines that were able to speak on the day before */
  begin(day: number, adult: readonly string[]): void {
    if (day <= this.#day) return;
    const passed = this.#day === 0 ? 0 : day - this.#day;
    for (const name of adult) this.#of(name);
    for (const [name, calibration] of this.#calibrations) calibration.close(passed, adult.includes(name));
    this.#day = day;
    this.#claims = [];
  }

  /**
   * @param entities entities whose days the baseline looks at, in this tenant
   * @param baselines how many of them look at this tenant
   */
  consider(id: string, surprise: Surprise, entities: number, baselines: number): readonly Told[] {
    if (this.#claims.some((claim) => claim.id === id)) return [];
    const aDay = this.#of(surprise.baseline).aDay(surprise.p, entities);
    this.#of(surprise.baseline).saw(surprise.p);
    this.counts.withheld += 1;
    const claim: Claim = { id, surprise, aDay, said: false };
    const at = this.#claims.findIndex((other) => other.aDay > aDay);
    this.#claims.splice(at === -1 ? this.#claims.length : at, 0, claim);
    const told = this.#say(Math.max(1, baselines));
    if (this.#claims.length > WAITING + this.#options.perDay)
      this.#claims.splice(
        this.#claims.findLastIndex(({ said }) => !said),
        1,
      );
    return told;
  }

  #say(baselines: number): readonly Told[] {
    const { share, perDay } = this.#options;
    let rank = 0;
    for (const [place, { aDay }] of this.#claims.entries())
      if (aDay * baselines <= share * (place + 1)) rank = place + 1;
    const told: Told[] = [];
    for (const claim of this.#claims.slice(0, rank)) {
      if (claim.said) continue;
      // One baseline that has gone wrong must leave room for the others.
      const ofToday = this.#claims.filter(({ said }) => said);
      const ofIts = ofToday.filter(({ surprise }) => surprise.baseline === claim.surprise.baseline);
      if (ofToday.length >= perDay || ofIts.length >= Math.ceil(perDay / 2)) {
        this.counts.overBudget += 1;
        continue;
      }
      claim.said = true;
      this.counts.said += 1;
      this.counts.withheld -= 1;
      this.#remember(claim.surprise);
      told.push({ id: claim.id, surprise: claim.surprise, aDay: claim.aDay });
    }
    return told;
  }

  /** What those entities did in that time was a threat: that it was said counts for nothing when it is asked how often chance speaks so. */
  unlearn({ entities, from, to }: Unlearned): void {
    const named = new Set(entities.map(nameOf));
    const isOf = (one: Remembered) => one.at >= from && one.at <= to && one.entities.some((name) => named.has(name));
    for (const { baseline, p, day } of this.#remembered.filter(isOf)) this.#of(baseline).forget(p, this.#day - day);
    this.#remembered = this.#remembered.filter((one) => !isOf(one));
  }

  #remember({ at, baseline, p, entities }: Surprise): void {
    if (this.#remembered.length >= REMEMBERED) this.#remembered.shift();
    this.#remembered.push({ day: this.#day, at, baseline, p, entities: entities.map(nameOf) });
  }

  #of(baseline: string): Calibration {
    let calibration = this.#calibrations.get(baseline);
    if (calibration === undefined) {
      calibration = new Calibration();
      this.#calibrations.set(baseline, calibration);
    }
    return calibration;
  }

  save(): unknown {
    const calibrations = [...this.#calibrations].map(([name, calibration]) => [name, calibration.save()]);
    return { day: this.#day, claims: this.#claims, remembered: this.#remembered, counts: this.counts, calibrations };
  }

  restore(saved: unknown): void {
    const { day, claims, remembered, counts, calibrations } = saved as {
      day: number;
      claims: Claim[];
      remembered: Remembered[];
      counts: BudgetCounts;
      calibrations: [string, unknown][];
    };
    this.#day = day;
    this.#claims = claims;
    this.#remembered = remembered;
    Object.assign(this.counts, counts);
    for (const [name, calibration] of calibrations) this.#of(name).restore(calibration);
  }
}

function nameOf({ kind, value }: Entity): string {
  return `${kind}|${value}`;
}
