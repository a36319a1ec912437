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
 * (see `Calibration`). Below x a baseline brings by chance about x a day, and never more than all it says a day: a tenant's baselines bring
 * V(x), the sum of the lesser of the two. Of a day's surprises, the r least likely are said where the r-th has V(x) <= share times r, r
 * as large as can be: Benjamini and Hochberg (1995), in Storey's reading, over the tenant's day, with Tarone's (1990) remark that
 * what cannot come so often need not be allowed for. It is worked out anew whenever one comes; more of them only ever raise r, so nothing
 * said is taken back, and a surprise that was too weak alone is said when the day brings it company.
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
   * @param adult baselines that are able to speak of this tenant
   */
  consider(id: string, surprise: Surprise, entities: number, adult: readonly string[]): readonly Told[] {
    if (!this.#isNews(id, surprise)) return [];
    const aDay = this.#of(surprise.baseline).aDay(surprise.p, entities);
    this.#of(surprise.baseline).saw(surprise.p);
    this.counts.withheld += 1;
    const claim: Claim = { id, surprise, aDay, said: false };
    const at = this.#claims.findIndex((other) => other.aDay > aDay);
    this.#claims.splice(at === -1 ? this.#claims.length : at, 0, claim);
    const told = this.#say(adult);
    if (this.#claims.length > WAITING + this.#options.perDay)
      this.#claims.splice(
        this.#claims.findLastIndex(({ said }) => !said),
        1,
      );
    return told;
  }

  /** The same again counts once: as it is now, where it has grown stranger since and was not said. */
  #isNews(id: string, { p }: Surprise): boolean {
    const at = this.#claims.findIndex((claim) => claim.id === id);
    const before = this.#claims[at];
    if (before === undefined) return true;
    if (before.said || p >= before.surprise.p) return false;
    this.#claims.splice(at, 1);
    this.counts.withheld -= 1;
    this.#of(before.surprise.baseline).forget(before.surprise.p, 0);
    return true;
  }

  #say(adult: readonly string[]): readonly Told[] {
    const { share, perDay } = this.#options;
    const most = adult.map((name) => this.#of(name).inAll);
    let rank = 0;
    for (const [place, { aDay }] of this.#claims.entries()) {
      const byChance = most.reduce((sum, all) => sum + Math.min(aDay, all), 0);
      if (Math.max(aDay, byChance) <= share * (place + 1)) rank = place + 1;
    }
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
