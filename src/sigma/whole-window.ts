import type { SigmaEvent } from './event.ts';

/**
 * Everything else (upper bounds, averages, percentiles) is judged when its window is over: it begins with the group's first
 * event and takes in what comes within the timespan. `add` never holds; the correlator asks `judge` at the end.
 */
export class WholeWindow<E extends SigmaEvent> {
  readonly begin: number;
  readonly #entries: { event: E; position: number; value: string | number }[] = [];

  constructor(begin: number) {
    this.begin = begin;
  }

  add(event: E, position: number, value: string | number): void {
    this.#entries.push({ event, position, value });
  }

  figure(measure: Measure): number {
    return measure(this.#entries);
  }

  events(): readonly E[] {
    return [...new Set(this.#entries.map(({ event }) => event))];
  }

  /** What it remembers as a JSON value, events by their number. */
  save(numberOf: (event: E) => number): unknown {
    return this.#entries.map(({ event, position, value }) => [numberOf(event), position, value]);
  }

  load(saved: unknown, eventOf: (number: number) => E): void {
    for (const [event, position, value] of saved as [number, number, string | number][])
      this.add(eventOf(event), position, value);
  }
}

type Entries = readonly { readonly position: number; readonly value: string | number }[];
export type Measure = (entries: Entries) => number;

const numbers = (entries: Entries): number[] => entries.map(({ value }) => Number(value));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** How each correlation type turns a whole window into a figure. */
export const measures = {
  event_count: (entries: Entries) => entries.length,
  value_count: (entries: Entries) => new Set(entries.map(({ value }) => value)).size,
  temporal: (entries: Entries) => new Set(entries.map(({ position }) => position)).size,
  value_sum: (entries: Entries) => sum(numbers(entries)),
  value_avg: (entries: Entries) => sum(numbers(entries)) / entries.length,
  /** Nearest rank: the smallest value that at least `percentile` percent of the values do not exceed. */
  value_percentile: (percentile: number) => (entries: Entries) => {
    const sorted = numbers(entries).sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] ?? Number.NaN;
  },
} as const;
