import type { EventFact } from '../../ports/event-lake.ts';

/**
 * Facts under one key, sorted by time when first asked. Feeds arrive nearly in order (about 3 % late), so appending and
 * sorting on demand is cheaper than keeping order on every insert.
 */
export class Series {
  readonly #facts: EventFact[] = [];
  #sorted = true;

  add(fact: EventFact): void {
    const last = this.#facts.at(-1);
    if (last !== undefined && last.time > fact.time) this.#sorted = false;
    this.#facts.push(fact);
  }

  /** Facts in [from, to], oldest first: the first `limit` of them, or the last where `newest`. */
  between(from: number, to: number, limit: number, newest = false): readonly EventFact[] {
    if (!this.#sorted) {
      this.#facts.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
      this.#sorted = true;
    }
    if (newest) {
      const past = this.#firstAtOrAfter(to + 1);
      return this.#facts.slice(Math.max(this.#firstAtOrAfter(from), past - limit), past);
    }
    const start = this.#firstAtOrAfter(from);
    let end = start;
    while (end < this.#facts.length && end - start < limit) {
      const fact = this.#facts[end];
      if (fact === undefined || fact.time > to) break;
      end++;
    }
    return this.#facts.slice(start, end);
  }

  #firstAtOrAfter(time: number): number {
    let low = 0;
    let high = this.#facts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const fact = this.#facts[middle];
      if (fact !== undefined && fact.time < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Series by key, made when first written. */
export class SeriesByKey {
  readonly #byKey = new Map<string, Series>();

  add(key: string, fact: EventFact): void {
    let series = this.#byKey.get(key);
    if (series === undefined) {
      series = new Series();
      this.#byKey.set(key, series);
    }
    series.add(fact);
  }

  between(key: string, from: number, to: number, limit: number, newest = false): readonly EventFact[] {
    return this.#byKey.get(key)?.between(from, to, limit, newest) ?? [];
  }
}
