import { setTimeout as later } from 'node:timers/promises';
import type { SourceRef } from '../../../contracts/source.ts';
import type { Incoming, Intake } from '../../intake.ts';
import type { SyslogCounters } from './counters.ts';

/** What all connections hold together. */
export interface Room {
  bytes: number;
}

export interface OutflowParts {
  readonly intake: Intake;
  readonly counters: SyslogCounters;
  readonly room: Room;
  readonly windowBytes: number;
  readonly roomBytes: number;
  /** Something became durable. */
  readonly onRoom: () => void;
}

const RETRY_MS = 50;

interface Gathered {
  readonly source: SourceRef;
  readonly records: Incoming[];
  bytes: number;
}

/**
 * From one stream to the intake: while one delivery becomes durable, the records of the next gather. Syslog has no receipt to withhold, so
 * what was read is tried again until the log takes it, and meanwhile the stream is not read from (`full`).
 */
export class Outflow {
  readonly #parts: OutflowParts;
  readonly #gathered = new Map<string, Gathered>();
  #bytes = 0;
  #running: Promise<void> | undefined;
  /** Records of the delivery under way. */
  #flying = 0;
  #abandoned = false;
  readonly #gaveUp = Promise.withResolvers<void>();

  constructor(parts: OutflowParts) {
    this.#parts = parts;
  }

  get full(): boolean {
    return this.#bytes > this.#parts.windowBytes || this.#parts.room.bytes > this.#parts.roomBytes;
  }

  add(source: SourceRef, incoming: Incoming): void {
    const key = `${source.tenant}|${source.id}`;
    let gathered = this.#gathered.get(key);
    if (gathered === undefined) {
      gathered = { source, records: [], bytes: 0 };
      this.#gathered.set(key, gathered);
    }
    gathered.records.push(incoming);
    gathered.bytes += incoming.raw.length;
    this.#bytes += incoming.raw.length;
    this.#parts.room.bytes += incoming.raw.length;
    // Begun after this read is through, so that all of it goes out together.
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  /** Resolves when all that was added is durable, or given up. */
  async drained(): Promise<void> {
    while (this.#running !== undefined && !this.#abandoned) await Promise.race([this.#running, this.#gaveUp.promise]);
  }

  /** Gives up what is not known to be durable; it is counted. */
  abandon(): void {
    if (this.#abandoned) return;
    this.#abandoned = true;
    let records = this.#flying;
    for (const gathered of this.#gathered.values()) records += gathered.records.length;
    this.#gathered.clear();
    if (records > 0) this.#parts.counters.count('SYSLOG_LOST_AT_STOP', records);
    this.#gaveUp.resolve();
  }

  async #run(): Promise<void> {
    for (const [key, gathered] of this.#gathered) {
      this.#gathered.delete(key);
      this.#flying = gathered.records.length;
      await this.#deliver(gathered);
      this.#flying = 0;
      this.#bytes -= gathered.bytes;
      this.#parts.room.bytes -= gathered.bytes;
      this.#parts.onRoom();
    }
    this.#running = undefined;
  }

  async #deliver({ source, records }: Gathered): Promise<void> {
    const { intake, counters } = this.#parts;
    for (;;) {
      if (!intake.busy) {
        try {
          await intake.deliver({ source, door: 'syslog', records });
          counters.messages += records.length;
          return;
        } catch (error) {
          counters.count('SYSLOG_APPEND_FAILED');
          // A fault of the program does not pass by trying again; it must not stop the stream for good.
          if (error instanceof TypeError || error instanceof RangeError) {
            intake.counters.rejected(source, 'SYSLOG_MESSAGE_UNREADABLE', records.length);
            return;
          }
        }
      }
      if (this.#abandoned) return;
      await later(RETRY_MS);
    }
  }
}
