import type { Clock } from '../../ports/clock.ts';

const WINDOW = 60_000;
const ADDRESSES = 10_000;

/**
 * Failed authentications by address and minute. It keeps a flood from costing more than a short answer; guessing is what the length
 * of a token keeps out, so a right token passes whatever its neighbours behind the same address do.
 */
export class FailureRate {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #failures = new Map<string, { since: number; count: number }>();

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Counts one more; true where the address has had too many. */
  failed(address: string): boolean {
    const now = this.#clock.now();
    const entry = this.#failures.get(address);
    if (entry !== undefined && now - entry.since < WINDOW && now >= entry.since) {
      entry.count += 1;
      return entry.count > this.#limit;
    }
    this.#failures.delete(address);
    // The oldest goes: an attacker with many addresses must not fill memory.
    if (this.#failures.size >= ADDRESSES)
      for (const oldest of this.#failures.keys()) {
        this.#failures.delete(oldest);
        break;
      }
    this.#failures.set(address, { since: now, count: 1 });
    return 1 > this.#limit;
  }
}
