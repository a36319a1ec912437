import type { MayAct, SwitchScope } from '../../contracts/autonomy.ts';
import type { Clock } from '../../ports/clock.ts';
import { covers, sameScope } from './switch.ts';

/** How often the state is looked at, and how old the last look may be: older, nobody knows, and nothing acts. */
const LOOK_EVERY_MS = 250;
const STALE_AFTER_MS = 1000;
/** Looks under way at once: one that hangs must not keep later ones from finding out that all is well again. */
const MOST_LOOKS = 4;

export interface SwitchWatchParts {
  readonly clock: Clock;
  /** Tenants this process acts for; nothing acts for others. */
  readonly tenants: () => readonly string[];
  /** What stands in the store for these tenants. Rejects or hangs where the store cannot be reached. */
  readonly look: (tenants: readonly string[]) => Promise<readonly SwitchScope[]>;
  /** What the file on disk stops now. */
  readonly file: () => readonly SwitchScope[];
  /** Called after a look for what the file stops and the store does not: whoever removes the file has not lifted it. */
  readonly record?: (scope: SwitchScope) => Promise<void>;
}

/**
 * One process's view of the switch, for whoever is about to act. It fails closed: where the store has not answered within a second, where a look has
 * never come back, where the clock ran backwards, or for a tenant it does not look after, nothing may act.
 */
export class SwitchWatch {
  readonly #parts: SwitchWatchParts;
  #seen: { readonly at: number; readonly tenants: readonly string[]; readonly stops: readonly SwitchScope[] } | null =
    null;
  #looks = 0;
  #recording = false;
  #recordedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: SwitchWatchParts) {
    this.#parts = parts;
  }

  readonly mayAct: MayAct = (tenant, key) => {
    const seen = this.#seen;
    if (seen === null || !this.#isFresh(seen.at) || !seen.tenants.includes(tenant)) return false;
    return ![...seen.stops, ...this.#parts.file()].some((scope) => covers(scope, tenant, key));
  };

  /** Whether the store's state is known: false where nothing acts because nobody can know. */
  isKnown(): boolean {
    return this.#seen !== null && this.#isFresh(this.#seen.at);
  }

  /** Looks now, and then all the time; resolves with the first look, whatever it found. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    await this.look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#seen = null;
  }

  /** One look. What is known is as old as the moment the question was asked, not the answer. */
  async look(): Promise<void> {
    if (this.#looks >= MOST_LOOKS) return;
    this.#looks += 1;
    const at = this.#parts.clock.now();
    try {
      const tenants = this.#parts.tenants();
      const stops = await this.#parts.look(tenants);
      if (this.#seen === null || this.#seen.at <= at) this.#seen = { at, tenants, stops };
      await this.#recordFile(stops, at);
    } catch {
      // Not knowing is what staleness is for.
    } finally {
      this.#looks -= 1;
    }
  }

  #isFresh(at: number): boolean {
    const age = this.#parts.clock.now() - at;
    return age >= 0 && age <= STALE_AFTER_MS;
  }

  /** A look that was asked before the last record was made does not know of it. */
  async #recordFile(stops: readonly SwitchScope[], askedAt: number): Promise<void> {
    const { file, record, clock } = this.#parts;
    if (record === undefined || this.#recording || askedAt < this.#recordedAt) return;
    this.#recording = true;
    try {
      for (const scope of file()) if (!stops.some((stop) => sameScope(stop, scope))) await record(scope);
    } finally {
      this.#recording = false;
      this.#recordedAt = clock.now();
    }
  }
}
