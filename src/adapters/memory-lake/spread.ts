import type { Prevalence } from '../../ports/event-lake.ts';

/** For each thing: on how many places it was seen, and how often. Exact: a text that says "64 of 500 hosts" must be true. */
export class Spread {
  readonly #places = new Map<string, Set<string>>();
  readonly #times = new Map<string, number>();
  readonly #all = new Set<string>();

  see(thing: string, place: string, times = 1): void {
    this.#all.add(place);
    this.#times.set(thing, (this.#times.get(thing) ?? 0) + times);
    let places = this.#places.get(thing);
    if (places === undefined) {
      places = new Set();
      this.#places.set(thing, places);
    }
    places.add(place);
  }

  of(thing: string): Prevalence {
    return { seenOn: this.#places.get(thing)?.size ?? 0, outOf: this.#all.size, times: this.#times.get(thing) ?? 0 };
  }

  /** The single place a thing was seen at, or undefined where none or several. */
  only(thing: string): string | undefined {
    const places = this.#places.get(thing);
    if (places?.size !== 1) return undefined;
    for (const place of places) return place;
    return undefined;
  }

  get places(): number {
    return this.#all.size;
  }
}
