/** Memory in windows, about a fortnight of hours: what is older counts less and less. */
const MEMORY = 336;
/** Windows before a field's past is one. */
const KNOWN = 48;
/** Share of events below which a field was never one to rely on. */
const RELIED_ON = 0.05;
/** A window is judged when the past would have filled the field in so many of its events. */
const EXPECTED = 20;
const EVENTS = 30;
/** Shares below this are told apart no better. */
const LEAST_SHARE = 0.01;
/** What a window may add to the spread at most: a real end must not hide the next. */
const SPREAD_LIMIT = 1000;
/** Chance that one judgement of an unchanged field is a false alarm, before the demand that half be gone. */
const FALSE_ALARM = 1e-8;
/** Judgements after which an end is the new state of things. */
const ACCEPTED_AFTER = 168;

/** One field in numbers, in the order in which `load` names them. */
export type SavedFilling = readonly number[];

export interface Ended {
  /** Share of events that had the field: before, and now. */
  readonly before: number;
  readonly now: number;
  readonly events: number;
  readonly eventsBefore: number;
  /** Hour (since the epoch) in which the window began. */
  readonly since: number;
}

/**
 * How often one field of like events is filled, and whether it has ceased to be. The last window is held against the past by a
 * likelihood-ratio test of two shares (G test, Sokal and Rohlf, Biometry, 17), the statistic divided by how much the past's own windows
 * have spread (quasi-likelihood, McCullagh and Nelder 4.5): night and day differ in most fields. An end is significant at
 * FALSE_ALARM, and leaves less than half.
 */
export class Filling {
  #pastEvents = 0;
  #pastFilled = 0;
  #windows = 0;
  #spread = 0;
  #events = 0;
  #filled = 0;
  #since = 0;
  #endedFor = 0;

  see(events: number, filled: number, hour: number): void {
    if (this.#events === 0) this.#since = hour;
    this.#events += events;
    this.#filled += filled;
  }

  /** Share of events in which it is filled, by what is known so far. */
  get share(): number {
    const [events, filled] =
      this.#endedFor > 0 || this.#pastEvents === 0
        ? [this.#events, this.#filled]
        : [this.#pastEvents + this.#events, this.#pastFilled + this.#filled];
    return events === 0 ? 0 : filled / events;
  }

  get hasEnded(): boolean {
    return this.#endedFor > 0;
  }

  /** An hour is over. Says where the field has ceased to be filled, once. */
  closeHour(): Ended | undefined {
    const before = this.#pastEvents === 0 ? 0 : this.#pastFilled / this.#pastEvents;
    if (this.#events < EVENTS) return undefined;
    if (this.#windows > 0 && this.#events * Math.max(before, LEAST_SHARE) < EXPECTED) return undefined;
    const now = this.#filled / this.#events;
    if (this.#endedFor > 0) {
      this.#goOn(now, before);
      return undefined;
    }
    const ratio = likelihoodRatio(this.#filled, this.#events, this.#pastFilled, this.#pastEvents);
    const spread = Math.max(1, this.#windows === 0 ? 1 : this.#spread / this.#windows);
    const isEnd =
      this.#windows >= KNOWN && before >= RELIED_ON && now < before / 2 && ratio / spread > -2 * Math.log(FALSE_ALARM);
    const ended = { before, now, events: this.#events, eventsBefore: Math.round(this.#pastEvents), since: this.#since };
    if (isEnd) this.#endedFor = 1;
    else this.#remember(ratio);
    this.#events = 0;
    this.#filled = 0;
    return isEnd ? ended : undefined;
  }

  #goOn(now: number, before: number): void {
    if (now >= before / 2) this.#endedFor = 0;
    else this.#endedFor += 1;
    if (this.#endedFor > ACCEPTED_AFTER) {
      this.#endedFor = 0;
      this.#pastEvents = this.#pastFilled = this.#windows = this.#spread = 0;
    }
    this.#events = 0;
    this.#filled = 0;
  }

  #remember(ratio: number): void {
    if (this.#windows >= MEMORY) {
      const kept = 1 - 1 / MEMORY;
      this.#pastEvents *= kept;
      this.#pastFilled *= kept;
      this.#spread *= kept;
      this.#windows *= kept;
    }
    this.#pastEvents += this.#events;
    this.#pastFilled += this.#filled;
    this.#spread += Math.min(SPREAD_LIMIT, ratio);
    this.#windows += 1;
  }

  save(): SavedFilling {
    return [
      this.#pastEvents,
      this.#pastFilled,
      this.#windows,
      this.#spread,
      this.#events,
      this.#filled,
      this.#since,
      this.#endedFor,
    ].map((number) => Math.round(number * 100) / 100);
  }

  load([
    pastEvents = 0,
    pastFilled = 0,
    windows = 0,
    spread = 0,
    events = 0,
    filled = 0,
    since = 0,
    ended = 0,
  ]: SavedFilling): void {
    this.#pastEvents = pastEvents;
    this.#pastFilled = Math.min(pastFilled, pastEvents);
    this.#windows = windows;
    this.#spread = spread;
    this.#events = events;
    this.#filled = filled;
    this.#since = since;
    this.#endedFor = ended;
  }
}

/** Twice the log of how much likelier two shares make the counts than one common share does; about chi-squared with one degree of freedom. */
function likelihoodRatio(filled: number, events: number, pastFilled: number, pastEvents: number): number {
  if (events === 0 || pastEvents === 0) return 0;
  const common = (filled + pastFilled) / (events + pastEvents);
  return 2 * (events * divergence(filled / events, common) + pastEvents * divergence(pastFilled / pastEvents, common));
}

/** Kullback-Leibler divergence of two shares. */
function divergence(share: number, from: number): number {
  const part = (a: number, b: number): number => (a <= 0 ? 0 : a * Math.log(a / b));
  return Math.max(0, part(share, from) + part(1 - share, 1 - from));
}
