import type { Surprise } from './baseline.ts';

const HOUR = 3_600_000;
/** Milliseconds a surprise is held: by then a rollout shows as one. */
const HOLD = 1.5 * HOUR;
/** So many are held; what comes then is said at once. */
const LIMIT = 2048;

interface Holding {
  readonly surprise: Surprise;
  /** Each of these must have become a rollout for the surprise to be none; what they are, its baseline knows. */
  readonly things: readonly string[];
}

/** Surprises that wait an hour and a half, so that the first few of a rollout are not said before it shows as one. */
export class Held {
  #held: Holding[] = [];

  get bytes(): number {
    // A surprise with its sighting and its raw record, about.
    return this.#held.length * 4096;
  }

  /** What is said at once, for want of room. */
  hold(surprise: Surprise, things: readonly string[]): readonly Surprise[] {
    if (this.#held.length >= LIMIT) return [surprise];
    this.#held.push({ surprise, things });
    return [];
  }

  /** An hour of a tenant is over. */
  due(tenant: string, hour: number, isRollout: (thing: string, at: number) => boolean): readonly Surprise[] {
    if (this.#held.length === 0) return [];
    const until = (hour + 1) * HOUR - HOLD;
    const isDue = ({ surprise }: Holding) => surprise.tenant === tenant && surprise.at <= until;
    const due = this.#held.filter(isDue);
    if (due.length === 0) return [];
    this.#held = this.#held.filter((holding) => !isDue(holding));
    return due
      .filter(({ surprise, things }) => !things.every((thing) => isRollout(thing, surprise.at)))
      .map(({ surprise }) => surprise);
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    yield [`${prefix}|held`, Buffer.from(JSON.stringify(this.#held))];
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    const page = pages.get(`${prefix}|held`);
    if (page !== undefined) this.#held = JSON.parse(Buffer.from(page).toString()) as Holding[];
  }
}
