import type { KeyHash } from './key-hash.ts';

const SIZE = 1 << 16;

/** A first time that can be taken back. */
export interface LoggedFirst {
  readonly pair: KeyHash;
  readonly value: KeyHash;
  /** Whether it was counted in the tenant's rate. */
  readonly counted: boolean;
}

/**
 * The last 65,536 first times, and who they were of: a person's `threat` takes back what was learned from it. What is older has been
 * habit for long.
 */
export class FirstSeenLog {
  readonly #keys = new Uint32Array(4 * SIZE);
  /** Low halves of the hashes of the host and the user. */
  readonly #whose = new Uint32Array(2 * SIZE);
  readonly #days = new Uint16Array(SIZE);
  readonly #counted = new Uint8Array(SIZE);
  #next = new Uint32Array(1);

  get bytes(): number {
    return this.#keys.byteLength + this.#whose.byteLength + this.#days.byteLength + SIZE;
  }

  add(pair: KeyHash, value: KeyHash, host: number, user: number, day: number, counted: boolean): void {
    const at = (this.#next[0] ?? 0) % SIZE;
    this.#next[0] = at + 1;
    this.#keys.set([pair.high, pair.low, value.high, value.low], 4 * at);
    this.#whose.set([host, user], 2 * at);
    this.#days[at] = day;
    this.#counted[at] = counted ? 1 : 0;
  }

  /** Gives out, and forgets, those of a host or user on a day between. */
  take(whose: ReadonlySet<number>, from: number, to: number): LoggedFirst[] {
    const found: LoggedFirst[] = [];
    for (let at = 0; at < SIZE; at += 1) {
      const day = this.#days[at] ?? 0;
      if (day < from || day > to) continue;
      if (!whose.has(this.#whose[2 * at] ?? 0) && !whose.has(this.#whose[2 * at + 1] ?? 0)) continue;
      const [high = 0, low = 0, valueHigh = 0, valueLow = 0] = this.#keys.subarray(4 * at, 4 * at + 4);
      found.push({ pair: { high, low }, value: { high: valueHigh, low: valueLow }, counted: this.#counted[at] === 1 });
      this.#days[at] = 0;
    }
    return found;
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    for (const [name, array] of this.#arrays())
      yield [`${prefix}|${name}`, new Uint8Array(array.buffer, array.byteOffset, array.byteLength)];
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    for (const [name, array] of this.#arrays()) {
      const page = pages.get(`${prefix}|${name}`);
      if (page !== undefined) new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(page);
    }
  }

  #arrays(): readonly (readonly [string, Uint8Array | Uint16Array | Uint32Array])[] {
    return [
      ['keys', this.#keys],
      ['whose', this.#whose],
      ['days', this.#days],
      ['counted', this.#counted],
      ['next', this.#next],
    ];
  }
}
