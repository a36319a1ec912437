import type { SigmaEvent } from './event.ts';

/** What one group of a correlation remembers. All are fed in event time order. */
export interface Window<E extends SigmaEvent> {
  /** Takes an event in; true when the condition holds with it. `value` is the text (or number) of the counted field. */
  add(event: E, position: number, value: string | number): boolean;
  /** The figure the condition is about, after `add` said true. */
  figure(): number;
  /** The events behind the figure, oldest first. */
  events(): readonly E[];
  /** Time of the newest event taken in: the group is forgotten one timespan later. */
  newest: number;
  /** What it remembers as a JSON value, events by their number. `newest` is kept by whoever asks. */
  save(numberOf: (event: E) => number): unknown;
  /** Into a fresh window of the same rule: what `save` gave. */
  load(saved: unknown, eventOf: (number: number) => E): void;
}

/** event_count with lower bounds: the newest `least` events are all that matters, whatever the window. */
export class LastEvents<E extends SigmaEvent> implements Window<E> {
  newest = Number.NEGATIVE_INFINITY;
  readonly #least: number;
  readonly #span: number;
  readonly #ring: E[] = [];
  #next = 0;

  constructor(least: number, span: number) {
    this.#least = least;
    this.#span = span;
  }

  add(event: E): boolean {
    this.newest = event.time;
    if (this.#ring.length < this.#least) this.#ring.push(event);
    else this.#ring[this.#next] = event;
    if (++this.#next === this.#least) this.#next = 0;
    if (this.#ring.length < this.#least) return false;
    const oldest = this.#ring[this.#next];
    return oldest !== undefined && oldest.time >= event.time - this.#span;
  }

  figure(): number {
    return this.#least;
  }

  events(): readonly E[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }

  save(numberOf: (event: E) => number): unknown {
    return this.events().map(numberOf);
  }

  load(saved: unknown, eventOf: (number: number) => E): void {
    this.#ring.push(...(saved as number[]).map(eventOf));
    this.#next = this.#ring.length === this.#least ? 0 : this.#ring.length;
  }
}

/** value_count with lower bounds: the newest `least` distinct values, in order of when each was last seen. */
export class LastValues<E extends SigmaEvent> implements Window<E> {
  newest = Number.NEGATIVE_INFINITY;
  readonly #least: number;
  readonly #span: number;
  readonly #seen = new Map<string | number, E>();

  constructor(least: number, span: number) {
    this.#least = least;
    this.#span = span;
  }

  add(event: E, _position: number, value: string | number): boolean {
    this.newest = event.time;
    this.#seen.delete(value);
    this.#seen.set(value, event);
    for (const [old, { time }] of this.#seen) {
      if (time >= event.time - this.#span && this.#seen.size <= this.#least) break;
      this.#seen.delete(old);
    }
    return this.#seen.size >= this.#least;
  }

  figure(): number {
    return this.#seen.size;
  }

  events(): readonly E[] {
    return [...new Set(this.#seen.values())];
  }

  save(numberOf: (event: E) => number): unknown {
    return [...this.#seen].map(([value, event]) => [value, numberOf(event)]);
  }

  load(saved: unknown, eventOf: (number: number) => E): void {
    for (const [value, event] of saved as [string | number, number][]) this.#seen.set(value, eventOf(event));
  }
}

/** temporal with lower bounds: when each rule was last met. */
export class LastOfEach<E extends SigmaEvent> implements Window<E> {
  newest = Number.NEGATIVE_INFINITY;
  readonly #least: number;
  readonly #span: number;
  readonly #last = new Map<number, E>();

  constructor(least: number, span: number) {
    this.#least = least;
    this.#span = span;
  }

  add(event: E, position: number): boolean {
    this.newest = event.time;
    this.#last.set(position, event);
    return this.figure() >= this.#least;
  }

  figure(): number {
    let met = 0;
    for (const { time } of this.#last.values()) if (time >= this.newest - this.#span) met++;
    return met;
  }

  events(): readonly E[] {
    const within = [...this.#last.values()].filter(({ time }) => time >= this.newest - this.#span);
    return [...new Set(within)].sort((a, b) => a.time - b.time);
  }

  save(numberOf: (event: E) => number): unknown {
    return [...this.#last].map(([position, event]) => [position, numberOf(event)]);
  }

  load(saved: unknown, eventOf: (number: number) => E): void {
    for (const [position, event] of saved as [number, number][]) this.#last.set(position, eventOf(event));
  }
}

/**
 * temporal_ordered: for each position the chain of events up to it that began last. A later beginning is never worse, so
 * one chain a position is enough. One event takes one position of a chain.
 */
export class Chains<E extends SigmaEvent> implements Window<E> {
  newest = Number.NEGATIVE_INFINITY;
  readonly #length: number;
  readonly #span: number;
  readonly #chains: (readonly E[] | undefined)[] = [];

  constructor(length: number, span: number) {
    this.#length = length;
    this.#span = span;
  }

  /** Positions of one event must be given from last to first, or it would follow itself. */
  add(event: E, position: number): boolean {
    this.newest = event.time;
    const before = position === 0 ? [] : this.#chains[position - 1];
    if (before === undefined) return false;
    const begin = before[0]?.time ?? event.time;
    if (begin < event.time - this.#span) return false;
    this.#chains[position] = [...before, event];
    return position === this.#length - 1;
  }

  figure(): number {
    return this.#length;
  }

  events(): readonly E[] {
    return this.#chains[this.#length - 1] ?? [];
  }

  save(numberOf: (event: E) => number): unknown {
    return [...this.#chains.entries()].flatMap(([position, chain]) =>
      chain === undefined ? [] : [[position, chain.map(numberOf)]],
    );
  }

  load(saved: unknown, eventOf: (number: number) => E): void {
    for (const [position, chain] of saved as [number, number[]][]) this.#chains[position] = chain.map(eventOf);
  }
}

/** value_sum with lower bounds: every event of the sliding window. */
export class RunningSum<E extends SigmaEvent> implements Window<E> {
  newest = Number.NEGATIVE_INFINITY;
  readonly #holds: (figure: number) => boolean;
  readonly #span: number;
  #entries: { event: E; value: number }[] = [];
  #from = 0;
  #sum = 0;

  constructor(holds: (figure: number) => boolean, span: number) {
    this.#holds = holds;
    this.#span = span;
  }

  add(event: E, _position: number, value: string | number): boolean {
    this.newest = event.time;
    this.#entries.push({ event, value: Number(value) });
    this.#sum += Number(value);
    for (
      let oldest = this.#entries[this.#from];
      oldest && oldest.event.time < event.time - this.#span;
      oldest = this.#entries[this.#from]
    ) {
      this.#sum -= oldest.value;
      this.#from++;
    }
    if (this.#from > 1024 && this.#from * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#from);
      this.#from = 0;
      // Adding afresh also takes out what rounding left behind.
      this.#sum = this.#entries.reduce((sum, entry) => sum + entry.value, 0);
    }
    return this.#holds(this.#sum);
  }

  figure(): number {
    return this.#sum;
  }

  events(): readonly E[] {
    return this.#entries.slice(this.#from).map(({ event }) => event);
  }

  save(numberOf: (event: E) => number): unknown {
    return [this.#sum, ...this.#entries.slice(this.#from).map(({ event, value }) => [numberOf(event), value])];
  }

  load(saved: unknown, eventOf: (number: number) => E): void {
    const [sum, ...entries] = saved as [number, ...[number, number][]];
    this.#sum = sum;
    this.#entries = entries.map(([event, value]) => ({ event: eventOf(event), value }));
  }
}
