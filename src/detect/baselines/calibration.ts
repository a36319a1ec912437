/** Classes of p, half a power of ten each, from 1 down to 1e-15 and less. */
const CLASSES = 31;
const HALF_LIFE = 30;
/** Days of observation that a baseline's own word is worth. */
const PRIOR_DAYS = 1;
/** Surprises that a rate not yet known is given beforehand: the Gamma shape of Jeffreys' prior for a Poisson rate. */
const JEFFREYS = 0.5;
/** Past surprises that a rate may be read from. */
const ENOUGH = 4;
/** Surprises of a class that a day adds at most: one bad day, or an attacker who makes one, must not silence a baseline. */
const A_DAY = 16;

/**
 * Holds what a baseline claims against how often it has in fact claimed so in this tenant. The answer is in surprises a day: with a
 * Gamma prior worth one day at the baseline's own word (p for each of the entities' days), and the tenant's past days as observed,
 * the posterior mean of its rate of surprises at least so strange. A baseline that speaks too often is scaled down to its true rate within
 * days. Where nothing so strange has come yet, it is at least as much less than the strangest that came often enough as p is: what claims a
 * thousandth of the truth is found out by its weak claims before it makes a strong one. One that hardly ever spoke is believed. Past days count half after 30. Surprises of the day itself do not count yet: they are
 * what is being judged.
 */
export class Calibration {
  /** Decayed counts of past days, by class of p. */
  #counts = new Float64Array(CLASSES);
  #today = new Uint16Array(CLASSES);
  /** Decayed days observed. */
  #days = 0;

  /** Surprises at least so strange a day, expected. */
  aDay(p: number, entities: number): number {
    const days = this.#days + PRIOR_DAYS;
    const itself = (this.#before(p) + PRIOR_DAYS * p * Math.max(1, entities)) / days;
    let count = 0;
    for (let at = CLASSES - 1; at >= 0; at -= 1) {
      count += this.#counts[at] ?? 0;
      if (at <= classOf(p) && count >= ENOUGH) return Math.max(itself, (count / days) * (p / 10 ** (-at / 2)));
    }
    return itself;
  }

  /** All it says a day, whatever its strength, expected: under Jeffreys' prior, so that silence so far is not taken for silence forever. */
  get inAll(): number {
    return (this.#before(1) + JEFFREYS) / (this.#days + PRIOR_DAYS);
  }

  /** @returns decayed past days, and surprises at least so strange on them */
  past(p: number): { readonly days: number; readonly count: number } {
    return { days: this.#days, count: this.#before(p) };
  }

  saw(p: number): void {
    const at = classOf(p);
    this.#today[at] = Math.min(A_DAY, (this.#today[at] ?? 0) + 1);
  }

  /** One so strange, so many days ago, was a threat: it says nothing about chance. */
  forget(p: number, daysAgo: number): void {
    const at = classOf(p);
    if (daysAgo <= 0) this.#today[at] = Math.max(0, (this.#today[at] ?? 0) - 1);
    else this.#counts[at] = Math.max(0, (this.#counts[at] ?? 0) - 0.5 ** (daysAgo / HALF_LIFE));
  }

  /** @param days that passed; @param isAdult whether it was able to speak on the first of them */
  close(days: number, isAdult: boolean): void {
    if (days <= 0) return;
    const fade = 0.5 ** (days / HALF_LIFE);
    for (let at = 0; at < CLASSES; at += 1)
      this.#counts[at] = ((this.#counts[at] ?? 0) + (isAdult ? (this.#today[at] ?? 0) : 0)) * fade;
    // A gap in the telemetry is no time in which nothing strange happened.
    this.#days = (this.#days + (isAdult ? 1 : 0)) * fade;
    this.#today.fill(0);
  }

  save(): unknown {
    return { counts: [...this.#counts], today: [...this.#today], days: this.#days };
  }

  restore(saved: unknown): void {
    const { counts, today, days } = saved as { counts: number[]; today: number[]; days: number };
    this.#counts = Float64Array.from(counts);
    this.#today = Uint16Array.from(today);
    this.#days = days;
  }

  #before(p: number): number {
    let count = 0;
    for (let at = classOf(p); at < CLASSES; at += 1) count += this.#counts[at] ?? 0;
    return count;
  }
}

function classOf(p: number): number {
  return p <= 0 ? CLASSES - 1 : Math.min(CLASSES - 1, Math.max(0, Math.floor(-2 * Math.log10(p))));
}
