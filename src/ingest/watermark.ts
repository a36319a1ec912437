const HOUR = 3_600_000;
const MINUTE = 60_000;

/**
 * True when an event's own time cannot be taken at its word. A live door receives events as they happen: one more than
 * 24 h late or 10 min ahead of its receipt has a wrong clock or was held back. A replay reads the past on purpose, where
 * every event is late; there only the future is suspect.
 */
export function isTimeSuspect(eventTime: number, receivedAt: number, door: 'live' | 'replay'): boolean {
  if (eventTime > receivedAt + 10 * MINUTE) return true;
  return door === 'live' && eventTime < receivedAt - 24 * HOUR;
}

/**
 * How far each source has come in event time: its latest event less the lateness allowed. Windows that end before the
 * watermark are complete; 3 to 5 per cent of real events arrive out of order, nearly all within minutes.
 */
export class Watermarks {
  readonly #lateness: number;
  readonly #latest = new Map<string, number>();

  /** @param allowedLateness milliseconds an event may trail the latest of its source and still count */
  constructor(allowedLateness = 5 * MINUTE) {
    this.#lateness = allowedLateness;
  }

  /** Suspect times must not be given: one event from the year 2099 would close every window. */
  observe(source: string, eventTime: number): void {
    const latest = this.#latest.get(source);
    if (latest === undefined || eventTime > latest) this.#latest.set(source, eventTime);
  }

  /** Epoch ms; undefined before the source's first event. */
  of(source: string): number | undefined {
    const latest = this.#latest.get(source);
    return latest === undefined ? undefined : latest - this.#lateness;
  }

  /** The slowest source's watermark: what holds for all of them together. */
  lowest(): number | undefined {
    let lowest: number | undefined;
    for (const latest of this.#latest.values()) if (lowest === undefined || latest < lowest) lowest = latest;
    return lowest === undefined ? undefined : lowest - this.#lateness;
  }
}
