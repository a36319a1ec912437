import { Gaps } from './gaps.ts';
import { Week } from './week.ts';

const DAY = 1440;
const WEEK = 7 * DAY;
/** A stream is young until it has been through one of everything a week has. */
const YOUNG = WEEK;
/** Two weeks to learn the hours of the week, two more to learn the gaps measured by them. */
const HOURS_KNOWN = 2 * WEEK;
const HOURS_TRUSTED = 4 * WEEK;
/** Minutes in which a restarted shipper or a rebooted host is back, however steady the stream was. */
const RESTART = 15;
/** Hours looked back at most: a stream that was away longer begins its gaps anew. */
const LONG_AWAY = 8 * WEEK;

/**
 * When a stream sends, in minutes with something in them, and whether its present silence is out of character. Gaps are measured in
 * minutes, and, once four weeks are known, in the active minutes that the hours of the week they fall into would have had (time
 * rescaling: Brown et al. 2002, Neural Computation 14). So a night or a weekend is no gap for a feed that keeps office hours,
 * and an hour of a working morning is one. Either is held against a bound that the stream's own gaps exceed about once a quarter.
 */
export class Rhythm {
  #first: number | undefined;
  #last = 0;
  /** What came before this minute is no part of the present gap: nobody could have been heard. */
  #heardFrom = 0;
  #hour = 0;
  #activeInHour = 0;
  /** The bound where the present silence was spoken of: a gap counts no longer than that, or one outage would excuse the next. */
  #calledAt: { readonly minutes: number; readonly expected: number } | undefined;
  readonly #gaps = new Gaps();
  readonly #rescaled = new Gaps();
  readonly #week = new Week();

  /** Last active minute (epoch ms / 60,000); undefined before the first. */
  get last(): number | undefined {
    return this.#first === undefined ? undefined : this.#last;
  }

  get isCalled(): boolean {
    return this.#calledAt !== undefined;
  }

  /** Too little is known to tell what is out of character: of the stream when it was last heard. */
  get isYoung(): boolean {
    return this.#first === undefined || this.#last - this.#first < YOUNG;
  }

  /** Something came in this minute. Minutes are given in order; one that is not later than the last is passed over. */
  active(minute: number): void {
    if (this.#first === undefined) {
      this.#first = minute;
      this.#hour = Math.floor(minute / 60) + 1;
    } else if (minute <= this.#last) return;
    else if (this.#heardFrom <= this.#last && minute - this.#last < LONG_AWAY) this.#learnGap(minute);
    this.#closeHours(minute);
    this.#last = minute;
    this.#calledAt = undefined;
    if (Math.floor(minute / 60) === this.#hour) this.#activeInHour += 1;
  }

  /** Nobody could have been heard before this minute (our own doors were closed): the present gap says nothing about the stream. */
  excuse(minute: number): void {
    if (this.#first === undefined || minute <= this.#last) return;
    this.#heardFrom = minute;
    this.#hour = Math.floor(minute / 60) + 1;
    this.#activeInHour = 0;
  }

  /** Whether the silence until now (a minute that is over) is out of character; true once for each silence. */
  fellSilent(now: number): boolean {
    if (this.isYoung || this.isCalled) return false;
    const from = Math.max(this.#last + 1, this.#heardFrom);
    const minutes = now - from;
    if (minutes < RESTART) return false;
    const bound = this.#gaps.bound(now);
    const expected = this.#areHoursTrusted ? this.#week.expected(from, Math.min(now, from + LONG_AWAY)) : 0;
    const rescaledBound = this.#rescaled.bound(now);
    const isSilent = this.#areHoursTrusted ? expected > rescaledBound : minutes > bound;
    if (isSilent) this.#calledAt = { minutes: bound, expected: rescaledBound };
    return isSilent;
  }

  get #areHoursTrusted(): boolean {
    return this.#first !== undefined && this.#last - this.#first >= HOURS_TRUSTED;
  }

  #learnGap(minute: number): void {
    const from = this.#last + 1;
    const gap = minute - from;
    if (gap === 0) return;
    const { minutes = gap, expected = Number.POSITIVE_INFINITY } = this.#calledAt ?? {};
    this.#gaps.add(Math.max(1, Math.min(gap, minutes)), minute);
    if (minute - (this.#first ?? minute) < HOURS_KNOWN) return;
    const rescaled = Math.min(this.#week.expected(from, minute), expected);
    // What falls into hours that are always empty is no gap at all.
    if (rescaled > 0.001) this.#rescaled.add(rescaled, minute);
  }

  #closeHours(minute: number): void {
    const now = Math.floor(minute / 60);
    if (now - this.#hour > LONG_AWAY / 60) this.#hour = now - LONG_AWAY / 60;
    while (this.#hour < now) {
      this.#week.learn(this.#hour, this.#activeInHour);
      this.#activeInHour = 0;
      this.#hour += 1;
    }
  }

  save(): unknown {
    return {
      first: this.#first,
      last: this.#last,
      heardFrom: this.#heardFrom,
      hour: this.#hour,
      active: this.#activeInHour,
      called: this.#calledAt,
      gaps: this.#gaps.save(),
      rescaled: this.#rescaled.save(),
      week: this.#week.save(),
    };
  }

  load(saved: unknown): void {
    const { first, last, heardFrom, hour, active, called, gaps, rescaled, week } = saved as SavedRhythm;
    this.#first = first;
    this.#last = last;
    this.#heardFrom = heardFrom;
    this.#hour = hour;
    this.#activeInHour = active;
    this.#calledAt = called;
    this.#gaps.load(gaps);
    this.#rescaled.load(rescaled);
    this.#week.load(week);
  }
}

interface SavedRhythm {
  readonly first?: number;
  readonly last: number;
  readonly heardFrom: number;
  readonly hour: number;
  readonly active: number;
  readonly called?: { readonly minutes: number; readonly expected: number };
  readonly gaps: unknown;
  readonly rescaled: unknown;
  readonly week: unknown;
}
