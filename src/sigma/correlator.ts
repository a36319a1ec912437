import type { CorrelationHit } from './correlation-hit.ts';
import type { LinkedCorrelation } from './correlation-set.ts';
import { type CorrelatorSnapshot, EventTable, eventReader, finite, keyOf } from './correlation-snapshot.ts';
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
  /** The state of each correlation, by the text of its rule: what was counted for another text is not its count. */
  readonly #byKey: ReadonlyMap<string, CorrelationState<E>>;
  readonly #fed: ReadonlySet<SigmaRule>;
  readonly #lateness: number;
  readonly #waiting: Waiting<E>[] = [];
  #head = 0;
  #newest = Number.NEGATIVE_INFINITY;
  /** The watermark is at least here. */
  #reached = Number.NEGATIVE_INFINITY;

  constructor(linked: readonly LinkedCorrelation[], options: CorrelatorOptions = {}) {
    this.#lateness = options.lateness ?? 60_000;
    this.#states = linked.map((each) => new CorrelationState<E>(each, options.maxGroups ?? 1_000_000));
    this.#byKey = new Map(this.#states.map((state) => [keyOf(state.rule), state]));
    this.#fed = new Set(linked.flatMap(({ inputs }) => inputs));
  }

  /** Takes one event in, with all rules it matched (`Engine.matchAll`). Returns the hits that are now certain. */
  push(event: E, matched: readonly SigmaRule[]): CorrelationHit<E>[] {
    if (this.#states.length === 0) return [];
    const hits: CorrelationHit<E>[] = [];
    if (event.time > this.#newest) this.#newest = event.time;
    const watermark = Math.max(this.#newest - this.#lateness, this.#reached);
    if (matched.some((rule) => this.#fed.has(rule))) {
      if (event.time < watermark) this.lateEvents++;
      else this.#wait({ event, rules: matched });
    }
    this.#advance(watermark, hits);
    return hits;
  }

  /**
   * Moves the watermark without an event: everything up to `time` (event time) has come, and what comes later from before it is late.
   * Returns the hits that are now certain.
   */
  advance(time: number): CorrelationHit<E>[] {
    const hits: CorrelationHit<E>[] = [];
    if (this.#states.length === 0 || time <= this.#reached) return hits;
    this.#reached = time;
    this.#advance(Math.max(this.#newest - this.#lateness, time), hits);
    return hits;
  }

  /** All that is remembered, as a JSON value. `encode` is asked once for each event. */
  snapshot(encode: (event: E) => unknown): unknown {
    const table = new EventTable(encode);
    const waiting = this.#waiting
      .slice(this.#head)
      .map(
        ({ event, rules }) => [table.numberOf(event), rules.filter((rule) => this.#fed.has(rule)).map(keyOf)] as const,
      );
    const states = Object.fromEntries([...this.#byKey].map(([key, state]) => [key, state.save(table.numberOf)]));
    const saved: CorrelatorSnapshot = {
      events: table.events,
      newest: finite(this.#newest),
      reached: finite(this.#reached),
      lateEvents: this.lateEvents,
      waiting,
      states,
    };
    return saved;
  }

  /**
   * Takes a snapshot back into a correlator that has been given nothing yet; from then on it gives the hits that the one snapshotted would
   * give. Of a snapshot made with other rules, what was counted for rules that are still there, word for word, is kept, the rest dropped.
   *
   * @param decode undoes `encode`
   */
  restore(snapshot: unknown, decode: (encoded: unknown) => E): void {
    const saved = snapshot as CorrelatorSnapshot;
    const eventOf = eventReader(saved.events, decode);
    this.#newest = saved.newest ?? Number.NEGATIVE_INFINITY;
    this.#reached = saved.reached ?? Number.NEGATIVE_INFINITY;
    this.lateEvents = saved.lateEvents;
    const fed = new Map([...this.#fed].map((rule) => [keyOf(rule), rule]));
    for (const [number, keys] of saved.waiting) {
      const rules = keys.map((key) => fed.get(key)).filter((rule) => rule !== undefined);
      if (rules.length > 0) this.#waiting.push({ event: eventOf(number), rules });
    }
    for (const [key, state] of Object.entries(saved.states)) this.#byKey.get(key)?.load(state, eventOf);
  }

  /** The end of the stream: everything waiting counts, every window is over. */
  flush(): CorrelationHit<E>[] {
    const hits: CorrelationHit<E>[] = [];
    this.#advance(Number.POSITIVE_INFINITY, hits);
    this.#newest = Number.NEGATIVE_INFINITY;
    this.#reached = Number.NEGATIVE_INFINITY;
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
