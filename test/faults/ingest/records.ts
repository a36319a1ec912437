/** What the load is made of, and what must have come of it in the end. */

/** Detected by itself wherever it occurs. */
const single = `title: Planted
id: 6c0a3c1e-0000-4000-8000-00000000fa01
level: high
logsource: {product: windows}
detection: {s: {what: planted}, condition: s}
`;
/** Says nothing alone: six of one caller, on whichever hosts, make one detection. */
const knock = `title: Knock
id: 6c0a3c1e-0000-4000-8000-00000000fa02
name: knock
level: informational
logsource: {product: windows}
detection: {s: {what: knock}, condition: s}
---
title: Knocks
id: 6c0a3c1e-0000-4000-8000-00000000fa03
correlation: {type: event_count, rules: [knock], group-by: [caller], timespan: 10m, condition: {gte: 6}}
level: high
`;
export const ruleFiles: Readonly<Record<string, string>> = { 'planted.yml': single, 'knocks.yml': knock };

const KNOCKS = 6;
const HOSTS = 40;
const HOUR = 3_600_000;
/** Requests whose numbered events may be sent again among others. */
const REMEMBERED = 50;

/** A request's body, and how many events it brings that were not there before. */
export interface Request {
  readonly body: string;
  readonly events: number;
}

/** Random numbers in [0, 1) that a seed repeats (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Makes requests, and knows what of them must be in the lake and among the detections. */
export class Records {
  /** Marker -> events that carry it: twins, which are equal to the byte, share one. */
  readonly events = new Map<string, number>();
  /** Markers of events that a rule detects. */
  readonly planted = new Set<string>();
  /** Callers whose knocks make one detection each. */
  readonly callers = new Set<string>();
  readonly #random: () => number;
  readonly #numbered: string[] = [];
  #count = 0;

  /** How likely a group of knocks goes with a request. */
  readonly #knocking: number;

  constructor(random: () => number, knocking: number) {
    this.#random = random;
    this.#knocking = knocking;
  }

  /** @param size events; two equal ones go with them, and at times a group of knocks */
  request(size: number): Request {
    const lines: string[] = [];
    for (let at = 0; at < size; at += 1) {
      const isPlanted = this.#random() < 0.02;
      const line = this.#event(isPlanted ? 'planted' : 'ordinary', this.#random() < 0.5);
      lines.push(line);
      if (isPlanted) this.planted.add(marker(this.#count));
    }
    // Two that are equal to the byte and both real: only their places in the request tell them apart.
    const twin = this.#event('ordinary', false);
    lines.push(twin, twin);
    this.events.set(marker(this.#count), 2);
    if (this.#random() < this.#knocking) lines.push(...this.#knocks());
    const events = lines.length;
    // A shipper that lost an answer packs what it has anew: what carries its own number counts once all the same.
    if (this.#random() < 0.05) lines.push(...this.#numbered.slice(0, 3));
    return { body: `${lines.join('\n')}\n`, events };
  }

  #knocks(): string[] {
    const caller = `caller-${this.#count}`;
    this.callers.add(caller);
    return Array.from({ length: KNOCKS }, (_, at) => this.#event('knock', at % 2 === 0, caller));
  }

  #event(what: string, isNumbered: boolean, caller = 'nobody'): string {
    this.#count += 1;
    const number = this.#count;
    this.events.set(marker(number), 1);
    // Hours that are over are merged at once; what correlations count is of now.
    const back = what === 'knock' ? 0 : Math.floor(this.#random() * 4) * HOUR;
    const line = `{"create":{}}\n${JSON.stringify({
      '@timestamp': new Date(Date.now() - back).toISOString(),
      winlog: {
        channel: 'Security',
        computer_name: `host-${Math.floor(this.#random() * HOSTS)}`,
        event_id: 4799,
        ...(isNumbered ? { record_id: number } : {}),
        event_data: { what, caller, marker: marker(number), text: `${this.#random()} `.repeat(8) },
      },
    })}`;
    if (isNumbered) {
      this.#numbered.push(line);
      if (this.#numbered.length > REMEMBERED) this.#numbered.splice(0, 10);
    }
    return line;
  }
}

const marker = (number: number): string => `m-${number}`;
