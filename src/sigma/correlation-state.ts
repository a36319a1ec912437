import type { CorrelationHit } from './correlation-hit.ts';
import { onlyLowerBounds, withinBounds } from './correlation-rule.ts';
import type { LinkedCorrelation } from './correlation-set.ts';
import { finite, type SavedState } from './correlation-snapshot.ts';
import type { SigmaEvent } from './event.ts';
import { FieldReaders } from './field-readers.ts';
import { fold } from './fold.ts';
import type { SigmaRule } from './rule.ts';
import { type Measure, measures, WholeWindow } from './whole-window.ts';
import { Chains, LastEvents, LastOfEach, LastValues, RunningSum, type Window } from './windows.ts';

/** One rule met: by an event, or (for chained correlations) by a group whose newest event it is. */
export interface Observation<E extends SigmaEvent> {
  readonly rule: SigmaRule;
  readonly event: E;
  /** The group of the correlation that was met; its names count as fields of the event. */
  readonly group: ReadonlyMap<string, string> | undefined;
  /** False where the condition goes on holding after a hit: that counts for order and presence, not as one more. */
  readonly hit: boolean;
}

interface Sliding<E extends SigmaEvent> {
  readonly window: Window<E>;
  lastHit: number;
}

/** One correlation and its groups. Fed in event time order. */
export class CorrelationState<E extends SigmaEvent> {
  readonly #linked: LinkedCorrelation;
  readonly #positions = new Map<SigmaRule, number[]>();
  readonly #readers = new FieldReaders();
  readonly #maxGroups: number;
  /** temporal types count rules, the others events. */
  readonly #byPosition: boolean;
  readonly #counts: boolean;
  readonly #makeWindow: (() => Window<E>) | undefined;
  readonly #measure: Measure;
  readonly #sliding = new Map<string, Sliding<E>>();
  readonly #whole = new Map<string, WholeWindow<E>>();
  readonly #closing: { readonly end: number; readonly key: string }[] = [];
  #closed = 0;
  #swept = Number.NEGATIVE_INFINITY;

  constructor(linked: LinkedCorrelation, maxGroups: number) {
    this.#linked = linked;
    this.#maxGroups = maxGroups;
    // From last to first: an event that meets two positions of an ordered correlation must not follow itself.
    for (const [position, rule] of [...linked.inputs.entries()].reverse()) {
      this.#positions.set(rule, [...(this.#positions.get(rule) ?? []), position]);
    }
    const { type, percentile } = linked.correlation;
    this.#byPosition = type === 'temporal' || type === 'temporal_ordered';
    this.#counts = linked.correlation.field === undefined || !type.startsWith('value_');
    this.#makeWindow = windowFor<E>(linked);
    this.#measure =
      type === 'value_percentile'
        ? measures.value_percentile(percentile)
        : type === 'temporal_ordered'
          ? measures.temporal
          : measures[type];
  }

  get rule(): SigmaRule {
    return this.#linked.correlation.rule;
  }

  /** Takes in what was met at one moment, and adds what it meets itself. */
  observe(observations: Observation<E>[], hits: CorrelationHit<E>[]): void {
    const [only] = observations;
    if (observations.length === 1 && only) {
      const positions = this.#positions.get(only.rule);
      if (!positions) return;
      const [position = 0] = positions;
      // By far the most events: one rule, one place for it.
      if (positions.length === 1) {
        if (only.hit || this.#byPosition)
          this.#take(only, position, this.#groupKey(only, position), observations, hits);
        return;
      }
    }
    this.#observeSeveral(observations, hits);
  }

  #observeSeveral(observations: Observation<E>[], hits: CorrelationHit<E>[]): void {
    const byPosition = this.#byPosition;
    const counted = new Set<string>();
    const met = observations.flatMap((observation) =>
      (this.#positions.get(observation.rule) ?? []).map((position) => ({ observation, position })),
    );
    if (met.length > 1) met.sort((a, b) => b.position - a.position);
    for (const { observation, position } of met) {
      if (!observation.hit && !byPosition) continue;
      const key = this.#groupKey(observation, position);
      // An event that meets several of the rules is still one event.
      if (key === undefined || (!byPosition && counted.has(key))) continue;
      if (!byPosition) counted.add(key);
      this.#take(observation, position, key, observations, hits);
    }
  }

  #take(
    observation: Observation<E>,
    position: number,
    key: string | undefined,
    observations: Observation<E>[],
    hits: CorrelationHit<E>[],
  ): void {
    if (key === undefined) return;
    const value = this.#value(observation, position);
    if (value !== undefined) this.#add(key, observation.event, position, value, observations, hits);
  }

  /** Judges the windows that were over before `time`. */
  closeBefore(time: number, observations: Observation<E>[], hits: CorrelationHit<E>[]): void {
    for (let next = this.#closing[this.#closed]; next && next.end < time; next = this.#closing[this.#closed]) {
      this.#closed++;
      const window = this.#whole.get(next.key);
      this.#whole.delete(next.key);
      if (!window) continue;
      const figure = window.figure(this.#measure);
      if (withinBounds(this.#linked.correlation.bounds, figure))
        this.#report(next.key, window.events(), figure, true, observations, hits);
    }
    if (this.#closed > 1024 && this.#closed * 2 > this.#closing.length) {
      this.#closing.splice(0, this.#closed);
      this.#closed = 0;
    }
    this.#sweep(time);
  }

  #add(
    key: string,
    event: E,
    position: number,
    value: string | number,
    observations: Observation<E>[],
    hits: CorrelationHit<E>[],
  ): void {
    const { timespan } = this.#linked.correlation;
    if (!this.#makeWindow) {
      let window = this.#whole.get(key);
      if (!window) {
        window = new WholeWindow<E>(event.time);
        this.#found(this.#whole, key, window);
        this.#closing.push({ end: event.time + timespan, key });
      }
      window.add(event, position, value);
      return;
    }
    let group = this.#sliding.get(key);
    if (!group) {
      group = { window: this.#makeWindow(), lastHit: Number.NEGATIVE_INFINITY };
      this.#found(this.#sliding, key, group);
    }
    if (!group.window.add(event, position, value)) return;
    const hit = event.time > group.lastHit + timespan;
    if (hit) group.lastHit = event.time;
    this.#report(key, hit ? group.window.events() : [event], group.window.figure(), hit, observations, hits);
  }

  #report(
    key: string,
    events: readonly E[],
    figure: number,
    hit: boolean,
    observations: Observation<E>[],
    hits: CorrelationHit<E>[],
  ): void {
    const { rule, groupBy } = this.#linked.correlation;
    const firstEvent = events[0];
    const lastEvent = events.at(-1);
    if (!firstEvent || !lastEvent) return;
    const values = key === '' && groupBy.length === 0 ? [] : key.split(separator);
    const group = groupBy.map((field, i) => ({ field, value: values[i] ?? '' }));
    if (hit && rule.reported) hits.push({ rule, group, groupKey: key, firstEvent, lastEvent, events, figure });
    observations.push({ rule, event: lastEvent, group: new Map(group.map(({ field, value }) => [field, value])), hit });
  }

  /** Its groups, with the events in them by number. */
  save(numberOf: (event: E) => number): SavedState {
    return {
      swept: finite(this.#swept),
      sliding: [...this.#sliding].map(([key, { window, lastHit }]) => [
        key,
        window.newest,
        finite(lastHit),
        window.save(numberOf),
      ]),
      whole: [...this.#whole].map(([key, window]) => [key, window.begin, window.save(numberOf)]),
      closing: this.#closing.slice(this.#closed).map(({ end, key }) => [end, key]),
    };
  }

  /** Into a fresh state of the same rule: what `save` gave. */
  load({ swept, sliding, whole, closing }: SavedState, eventOf: (number: number) => E): void {
    this.#swept = swept ?? Number.NEGATIVE_INFINITY;
    for (const [key, newest, lastHit, saved] of sliding) {
      const window = this.#makeWindow?.();
      if (window === undefined) continue;
      window.load(saved, eventOf);
      window.newest = newest;
      this.#sliding.set(key, { window, lastHit: lastHit ?? Number.NEGATIVE_INFINITY });
    }
    for (const [key, begin, saved] of whole) {
      const window = new WholeWindow<E>(begin);
      window.load(saved, eventOf);
      this.#whole.set(key, window);
    }
    for (const [end, key] of closing) this.#closing.push({ end, key });
  }

  /** undefined where a group-by field is missing: the event belongs to no group. */
  #groupKey(observation: Observation<E>, position: number): string | undefined {
    let key = '';
    const { groupBy } = this.#linked.correlation;
    for (let i = 0; i < groupBy.length; i++) {
      const text = this.#text(observation, position, groupBy[i] ?? '');
      if (text === undefined) return undefined;
      key = i === 0 ? text : key + separator + text;
    }
    return key;
  }

  #text({ event, group }: Observation<E>, position: number, field: string): string | undefined {
    const { aliases, references } = this.#linked.correlation;
    const known = group?.get(field);
    if (known !== undefined) return known;
    const actual = aliases.size === 0 ? field : (aliases.get(field)?.get(references[position] ?? '') ?? field);
    const text = this.#readers.text(event, actual);
    return text === undefined ? undefined : fold(text);
  }

  /** What is counted; undefined where the event has no such value. */
  #value(observation: Observation<E>, position: number): string | number | undefined {
    if (this.#counts) return 0;
    const { field = '', type } = this.#linked.correlation;
    const text = this.#text(observation, position, field);
    if (text === undefined || type === 'value_count') return text;
    const value = Number(text);
    return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
  }

  #found<T>(groups: Map<string, T>, key: string, group: T): void {
    if (groups.size >= this.#maxGroups) {
      const [oldest] = groups.keys();
      if (oldest !== undefined) groups.delete(oldest);
    }
    groups.set(key, group);
  }

  /** Once a timespan, forgets the groups that nothing can come of any more. */
  #sweep(time: number): void {
    const { timespan } = this.#linked.correlation;
    if (this.#sliding.size === 0 || time - this.#swept < timespan) return;
    this.#swept = time;
    for (const [key, { window }] of this.#sliding) if (window.newest < time - timespan) this.#sliding.delete(key);
  }
}

/** Stands between the values of a group; no sane field value holds it. */
const separator = '\u001f';

/** A sliding window where the condition can be judged at every event; undefined where it must wait for the window's end. */
function windowFor<E extends SigmaEvent>({ correlation, inputs }: LinkedCorrelation): (() => Window<E>) | undefined {
  const { type, bounds, timespan } = correlation;
  if (!onlyLowerBounds(bounds)) return undefined;
  // The smallest whole number that satisfies every lower bound.
  const least = Math.max(
    1,
    ...bounds.map(({ than, value }) => (than === 'gt' ? Math.floor(value) + 1 : Math.ceil(value))),
  );
  switch (type) {
    case 'event_count':
      return () => new LastEvents<E>(least, timespan);
    case 'value_count':
      return () => new LastValues<E>(least, timespan);
    case 'temporal':
      return () => new LastOfEach<E>(least, timespan);
    case 'temporal_ordered':
      return () => new Chains<E>(inputs.length, timespan);
    case 'value_sum':
      return () => new RunningSum<E>((figure) => withinBounds(bounds, figure), timespan);
    default:
      return undefined;
  }
}
