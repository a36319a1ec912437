import type { SigmaRule } from './rule.ts';

/** A correlator as a JSON value. Events stand once each, as encoded; everything else names them by number, and rules by their key. */
export interface CorrelatorSnapshot {
  readonly events: readonly unknown[];
  /** null: none yet. */
  readonly newest: number | null;
  readonly reached: number | null;
  readonly lateEvents: number;
  /** Events before the watermark, each with the keys of its rules. */
  readonly waiting: readonly (readonly [number, readonly string[]])[];
  readonly states: Readonly<Record<string, SavedState>>;
}

/** A correlation's groups as a JSON value; null where a time is not known yet. */
export interface SavedState {
  readonly swept: number | null;
  /** Key, newest event time, time of the last hit, window. */
  readonly sliding: readonly (readonly [string, number, number | null, unknown])[];
  readonly whole: readonly (readonly [string, number, unknown])[];
  readonly closing: readonly (readonly [number, string])[];
}

/** Gives each event its number, in the order asked for. */
export class EventTable<E> {
  readonly events: unknown[] = [];
  readonly #numbers = new Map<E, number>();
  readonly #encode: (event: E) => unknown;

  constructor(encode: (event: E) => unknown) {
    this.#encode = encode;
  }

  readonly numberOf = (event: E): number => {
    let number = this.#numbers.get(event);
    if (number === undefined) {
      number = this.events.push(this.#encode(event)) - 1;
      this.#numbers.set(event, number);
    }
    return number;
  };
}

/** Reads events of a table back, each once: what was one event stays one. */
export function eventReader<E>(events: readonly unknown[], decode: (encoded: unknown) => E): (number: number) => E {
  const read = new Map<number, E>();
  return (number) => {
    let event = read.get(number);
    if (event === undefined) {
      event = decode(events[number]);
      read.set(number, event);
    }
    return event;
  };
}

/**
 * A rule by its id and a digest of its text: what was counted for another wording is not its count. 53 bits (cyrb53, public domain):
 * this tells editions of one rule apart, it guards against nobody.
 */
export function keyOf({ id, text }: SigmaRule): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return `${id} ${(4294967296 * (2097151 & low) + (high >>> 0)).toString(36)}`;
}

export function finite(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
