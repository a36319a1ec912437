const MINUTE = 60_000;
/** Milliseconds an event may come behind those of its stream and still count. */
export const LATENESS = MINUTE;
/** Events that come later than this after they happened belong to the past: a file read in, a shipper that was cut off. */
export const PAST = 15 * MINUTE;
/** How long what came late is remembered: half of it goes in so many milliseconds. */
const LAG_HALVES_IN = 120 * MINUTE;
/** Receipt time without an event after which a reading of the past is over for now. */
const QUIET = MINUTE;
/** While it goes on without a pause, it is judged after so long, or so many events. */
const JUDGED_AFTER = 10 * MINUTE;
const JUDGED_AFTER_EVENTS = 5000;

/** How far a stream of events has come in event time, told from the receipt of its events and the time that passes. */
export interface Pace {
  saw(time: number, receivedAt: number): void;
  /** Event time up to which everything may count, at receipt time `now`; undefined where nothing new may. */
  watermark(now: number): number | undefined;
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

/**
 * What happens now. The watermark follows receipt time, and stays behind it by the lateness allowed and by as much as events have
 * lately come late: a cloud's trail that comes minutes after the act still counts, at the price of later answers. No event's own
 * time can push it, so that a host whose clock is ahead does not make everybody else late.
 */
export class Present implements Pace {
  #lag = 0;
  #at = 0;

  saw(time: number, receivedAt: number): void {
    const lag = Math.min(PAST, Math.max(0, receivedAt - time));
    if (lag <= this.#lagAt(receivedAt)) return;
    this.#lag = lag;
    this.#at = receivedAt;
  }

  watermark(now: number): number {
    return now - LATENESS - this.#lagAt(now);
  }

  snapshot(): unknown {
    return { lag: this.#lag, at: this.#at };
  }

  restore(snapshot: unknown): void {
    const { lag, at } = snapshot as { lag: number; at: number };
    this.#lag = lag;
    this.#at = at;
  }

  #lagAt(now: number): number {
    return this.#lag * 2 ** (-Math.max(0, now - this.#at) / LAG_HALVES_IN);
  }
}

/**
 * What happened long before it came: files read one after the other, where a later one may hold earlier events. All waits until
 * nothing has come for a while, then counts.
 */
export class Past implements Pace {
  #newest = Number.MIN_SAFE_INTEGER;
  #since = 0;
  #last = 0;
  #events = 0;

  saw(time: number, receivedAt: number): void {
    if (this.#events === 0) this.#since = receivedAt;
    this.#events += 1;
    this.#last = Math.max(this.#last, receivedAt);
    this.#newest = Math.max(this.#newest, time);
  }

  /** Nothing waits: what was read is judged, and what comes next begins anew where it is older. */
  get isJudged(): boolean {
    return this.#events === 0;
  }

  get newest(): number {
    return this.#newest;
  }

  watermark(now: number): number | undefined {
    if (this.#events === 0) return undefined;
    if (now - this.#last >= QUIET) {
      this.#events = 0;
      return this.#newest;
    }
    if (now - this.#since < JUDGED_AFTER && this.#events < JUDGED_AFTER_EVENTS) return undefined;
    this.#since = now;
    this.#events = 1;
    return this.#newest - LATENESS;
  }

  snapshot(): unknown {
    return { newest: this.#newest, since: this.#since, last: this.#last, events: this.#events };
  }

  restore(snapshot: unknown): void {
    const { newest, since, last, events } = snapshot as { newest: number; since: number; last: number; events: number };
    this.#newest = newest;
    this.#since = since;
    this.#last = last;
    this.#events = events;
  }
}
