import type { CorrelationHit } from './correlation-hit.ts';
import type { LinkedCorrelation } from './correlation-set.ts';
import { CorrelationState, type Observation } from './correlation-state.ts';
import type { SigmaEvent } from './event.ts';
import type { SigmaRule } from './rule.ts';

export interface CorrelatorOptions {
  /**
   * How far, in milliseconds of event time, an event may come behind the newest one and still count. Hits come that much
   * later. Infinity: everything waits for `flush`, as for files read one after the other. Default one minute.
   */
  readonly lateness?: number;
  /** Groups remembered for each correlation; the one founded first is forgotten beyond that. Default 1,000,000. */
  readonly maxGroups?: number;
}

interface Waiting<E extends SigmaEvent> {
  readonly event: E;
  readonly rules: readonly SigmaRule[];
}

/**
 * Runs correlations over a stream of events with the rules each one matched. Events wait until the watermark (the newest
 * event time less `lateness`) has passed them, then count in event time order: the hits do not depend on the order of
 * arrival. A hit speaks for its group for one timespan; no other is given in that time.
 */
export class Correlator<E extends SigmaEvent> {
  /** Events that came behind the watermark and were not counted. */
  lateEvents = 0;
  readonly #states: readonly CorrelationState<E>[];
  readonly #fed: ReadonlySet<SigmaRule>;
  readonly #lateness: number;
  readonly #waiting: Waiting<E>[] = [];
  #head = 0;
  #newest = Number.NEGATIVE_INFINITY;

  constructor(linked: readonly LinkedCorrelation[], options: CorrelatorOptions = {}) {
    this.#lateness = options.lateness ?? 60_000;
    this.#states = linked.map((each) => new CorrelationState<E>(each, options.maxGroups ?? 1_000_000));
    this.#fed = new Set(linked.flatMap(({ inputs }) => inputs));
  }

  /** Takes one event in, with all rules it matched (`Engine.matchAll`). Returns the hits that are now certain. */
  push(event: E, matched: readonly SigmaRule[]): CorrelationHit<E>[] {
    if (this.#states.length === 0) return [];
    const hits: CorrelationHit<E>[] = [];
    if (event.time > this.#newest) this.#newest = event.time;
    const watermark = this.#newest - this.#lateness;
    if (matched.some((rule) => this.#fed.has(rule))) {
      if (event.time < watermark) this.lateEvents++;
      else this.#wait({ event, rules: matched });
    }
    this.#advance(watermark, hits);
    return hits;
  }

  /** The end of the stream: everything waiting counts, every window is over. */
  flush(): CorrelationHit<E>[] {
    const hits: CorrelationHit<E>[] = [];
    this.#advance(Number.POSITIVE_INFINITY, hits);
    this.#newest = Number.NEGATIVE_INFINITY;
    return hits;
  }

  #wait(waiting: Waiting<E>): void {
    const queue = this.#waiting;
    const { time } = waiting.event;
    let at = queue.length;
    const last = queue[at - 1];
    if (at > this.#head && last && last.event.time > time) {
      let low = this.#head;
      while (low < at) {
        const middle = (low + at) >>> 1;
        if ((queue[middle]?.event.time ?? 0) <= time) low = middle + 1;
        else at = middle;
      }
      queue.splice(at, 0, waiting);
    } else queue.push(waiting);
  }

  #advance(watermark: number, hits: CorrelationHit<E>[]): void {
    const queue = this.#waiting;
    for (let next = queue[this.#head]; next && next.event.time <= watermark; next = queue[this.#head]) {
      this.#head++;
      this.#closeBefore(next.event.time, hits);
      this.#observe(next, hits);
    }
    if (this.#head > 4096 && this.#head * 2 > queue.length) {
      queue.splice(0, this.#head);
      this.#head = 0;
    }
    this.#closeBefore(watermark, hits);
  }

  #observe({ event, rules }: Waiting<E>, hits: CorrelationHit<E>[]): void {
    const observations: Observation<E>[] = [];
    for (const rule of rules) if (this.#fed.has(rule)) observations.push({ rule, event, group: undefined, hit: true });
    for (const state of this.#states) state.observe(observations, hits);
  }

  /** Windows that are judged as a whole and are over by `time`; what they yield feeds the correlations after them. */
  #closeBefore(time: number, hits: CorrelationHit<E>[]): void {
    const observations: Observation<E>[] = [];
    for (const state of this.#states) {
      if (observations.length > 0) state.observe(observations, hits);
      state.closeBefore(time, observations, hits);
    }
  }
}
