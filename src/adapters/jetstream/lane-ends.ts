import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { LANES } from '../../contracts/log-batch.ts';
import { pause } from '../../kernel/pause.ts';

/** How often the stream is asked, in case an announcement was lost: they are not stored. */
const ASK_MS = 250;

/**
 * How far each lane of a stream goes. Who appends announces it on a subject beside the stream, so that whoever waits is woken
 * without asking and without receiving the batches.
 */
export class LaneEnds {
  readonly #name: string;
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  /** Lane -> position announced and not yet followed. Anyone on the bus may announce: a wrong one wakes for nothing, once. */
  readonly #announced = new Map<number, number>();
  /** Who waits, for which lanes. */
  readonly #waiting = new Map<() => void, ReadonlyMap<number, number>>();
  #listening: Subscription | null = null;

  constructor(name: string, connection: NatsConnection, manager: JetStreamManager) {
    this.#name = name;
    this.#connection = connection;
    this.#manager = manager;
  }

  announce(lane: number, position: number): void {
    this.#connection.publish(`${this.#name}.appended`, `${lane} ${position}`);
  }

  /** The last position of a lane, also when all of it is trimmed; 0 where there never was any. */
  async end(lane: number): Promise<number> {
    const [last, trimmed] = await Promise.all([
      this.#manager.direct.getMessage(this.#name, { last_by_subj: `${this.#name}.lane.${lane}` }),
      this.#manager.direct.getMessage(`${this.#name}-trimmed`, { last_by_subj: `${this.#name}.trimmed.${lane}` }),
    ]);
    return Math.max(last?.seq ?? 0, Number(trimmed?.string() ?? 0));
  }

  /** Resolves when a lane may go beyond what is given for it, or when the signal aborts. */
  async beyond(after: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> {
    await this.#listen();
    let asked = -1;
    while (!signal.aborted) {
      if (this.#follow(after)) return;
      try {
        const { last_seq } = (await this.#manager.streams.info(this.#name)).state;
        if (last_seq !== asked && (await this.#has(after))) return;
        asked = last_seq;
      } catch {
        // The server is away. The client connects again by itself; until then there is nothing to read.
      }
      await this.#pause(after, signal);
    }
  }

  /** True where more was announced for one of these lanes. */
  #follow(after: ReadonlyMap<number, number>): boolean {
    let more = false;
    for (const [lane, at] of after) {
      more ||= (this.#announced.get(lane) ?? 0) > at;
      this.#announced.delete(lane);
    }
    return more;
  }

  async #has(after: ReadonlyMap<number, number>): Promise<boolean> {
    const next = await Promise.all(
      [...after].map(([lane, at]) =>
        this.#manager.direct.getMessage(this.#name, { seq: at + 1, next_by_subj: `${this.#name}.lane.${lane}` }),
      ),
    );
    return next.some((message) => message !== null);
  }

  async #pause(after: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> {
    if ([...after.keys()].some((lane) => this.#announced.has(lane))) return;
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    this.#waiting.set(wake, after);
    await pause(ASK_MS, AbortSignal.any([signal, woken.signal]));
    this.#waiting.delete(wake);
  }

  async #listen(): Promise<void> {
    if (this.#listening !== null) return;
    this.#listening = this.#connection.subscribe(`${this.#name}.appended`, {
      callback: (error, message) => {
        if (error !== null) return;
        const [lane = -1, position = 0] = message.string().split(' ').map(Number);
        if (!Number.isInteger(lane) || lane < 0 || lane >= LANES) return;
        this.#announced.set(lane, Math.max(position, this.#announced.get(lane) ?? 0));
        for (const [wake, after] of this.#waiting) if (after.has(lane)) wake();
      },
    });
    await this.#connection.flush();
  }
}
