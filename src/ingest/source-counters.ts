import type { SourceRef } from '../contracts/source.ts';
import type { Clock } from '../ports/clock.ts';

/** What one source has sent since the process began. */
export interface SourceCount {
  readonly received: number;
  readonly receivedBytes: number;
  /** Times it was told to slow down. */
  readonly slowed: number;
  /** Records refused, by stable code. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Epoch ms of the last record taken or refused. */
  readonly lastSeenAt: number | null;
}

interface Counting {
  received: number;
  receivedBytes: number;
  slowed: number;
  rejected: Record<string, number>;
  lastSeenAt: number | null;
}

/** Counters by source. Kept in memory: the keys are sources that have shown who they are, so there are few. */
export class SourceCounters {
  readonly #clock: Clock;
  readonly #counts = new Map<string, Counting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  received(source: SourceRef, events: number, bytes: number): void {
    const count = this.#of(source);
    count.received += events;
    count.receivedBytes += bytes;
    count.lastSeenAt = this.#clock.now();
  }

  /** @param code a stable reject code */
  rejected(source: SourceRef, code: string, records = 1): void {
    const count = this.#of(source);
    count.rejected[code] = (count.rejected[code] ?? 0) + records;
    count.lastSeenAt = this.#clock.now();
  }

  slowed(source: SourceRef): void {
    this.#of(source).slowed += 1;
  }

  /** Records of a tenant taken and refused, all sources. */
  totals(tenant: string): { readonly events: number; readonly malformed: number } {
    let events = 0;
    let malformed = 0;
    for (const [key, { received, rejected }] of this.#counts) {
      if (!key.startsWith(`${tenant}|`)) continue;
      events += received;
      for (const count of Object.values(rejected)) malformed += count;
    }
    return { events, malformed };
  }

  /** As it stands; undefined for a source that has sent nothing. */
  of({ tenant, id }: SourceRef): SourceCount | undefined {
    return this.#counts.get(`${tenant}|${id}`);
  }

  #of({ tenant, id }: SourceRef): Counting {
    const key = `${tenant}|${id}`;
    let count = this.#counts.get(key);
    if (count === undefined) {
      count = { received: 0, receivedBytes: 0, slowed: 0, rejected: {}, lastSeenAt: null };
      this.#counts.set(key, count);
    }
    return count;
  }
}
