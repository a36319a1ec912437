/**
 * The sample's only source of chance: sfc32 (Chris Doty-Humphrey, PractRand), seeded by a string through FNV-1a.
 * Every actor forks its own stream by name, so that one actor doing more or less leaves the others as they were.
 */
export class Random {
  readonly #name: string;
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(name: string) {
    this.#name = name;
    this.#a = fnv1a(`${name}/a`);
    this.#b = fnv1a(`${name}/b`);
    this.#c = fnv1a(`${name}/c`);
    for (let i = 0; i < 12; i++) this.#next();
  }

  /** An independent stream; the same name under the same parent always gives the same stream. */
  fork(name: string): Random {
    return new Random(`${this.#name}>${name}`);
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** In [0, 1). */
  float(): number {
    return this.#next() / 4294967296;
  }

  /** An integer in [low, high], both ends included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.float() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.float() < probability;
  }

  /** One of a non-empty list. */
  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.float() * items.length)];
    if (item === undefined) throw new RangeError('pick needs a non-empty list');
    return item;
  }

  /** One of a non-empty list of [item, weight]. */
  weighted<T>(items: readonly (readonly [T, number])[]): T {
    let total = 0;
    for (const [, weight] of items) total += weight;
    let left = this.float() * total;
    for (const [item, weight] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    return this.pick(items)[0];
  }

  shuffled<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      const held = out[i] as T;
      out[i] = out[j] as T;
      out[j] = held;
    }
    return out;
  }

  /** Waiting time of a memoryless process, mean as given, cut at six means so that nothing waits for ever. */
  wait(mean: number): number {
    return Math.min(-Math.log(1 - this.float()) * mean, 6 * mean);
  }

  /** Roughly normal (sum of three), for hours and habits. */
  around(mean: number, spread: number): number {
    return mean + (this.float() + this.float() + this.float() - 1.5) * spread * 1.2;
  }

  /** Lower-case hex digits. */
  hex(digits: number): string {
    let out = '';
    while (out.length < digits) out += this.#next().toString(16).padStart(8, '0');
    return out.slice(0, digits);
  }

  guid(): string {
    const h = this.hex(32);
    const variant = '89ab'[this.int(0, 3)];
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20)}`;
  }

  /** Characters from an alphabet, as identifiers of services are made. */
  text(length: number, alphabet: string): string {
    let out = '';
    for (let i = 0; i < length; i++) out += alphabet[this.int(0, alphabet.length - 1)];
    return out;
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
