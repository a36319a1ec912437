import { hash } from 'node:crypto';
import type { JsonObject } from '../contracts/event.ts';
import { encodeBatch, ID_BYTES, LANES, type LogBatch } from '../contracts/log-batch.ts';
import type { DoorName, SourceRef } from '../contracts/source.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { stableId } from '../kernel/ids.ts';
import { lensOf, partitionKey } from '../lenses/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { Appended, EventLog } from '../ports/event-log.ts';
import { SourceCounters } from './source-counters.ts';

/** One record as a door took it: parsed, and its JSON text as received (or as the door wrote it, where it was no JSON). */
export interface Incoming {
  readonly record: JsonObject;
  readonly raw: string | Buffer;
  /** What the client calls it (Elasticsearch's `_id`). It is the record's identity where its lens finds none in the record itself. */
  readonly nativeId?: string | undefined;
  /** An event id (32 hex digits) that a door worked out itself, for a record that has no identity of its own: it is the same when sent again. */
  readonly contentId?: string | undefined;
}

/** What one request, or one read of a stream, brought. */
export interface Delivery {
  readonly source: SourceRef;
  readonly door: DoorName;
  readonly records: readonly Incoming[];
  /**
   * What was sent as a whole, where a client may send it again after a lost answer: hex digest of the request's body.
   * Absent for streams, where a repeated line is a line.
   */
  readonly digest?: string;
}

export interface Receipt {
  readonly accepted: number;
}

export interface IntakeParts {
  readonly log: EventLog;
  readonly clock: Clock;
  /** Distinct for every start of a process: part of the ids of records that come without any identity. */
  readonly incarnation: string;
  /** Bytes received and not yet durable, above which doors are told to slow down. */
  readonly pendingBytes?: number;
}

/** Bytes a lane's batch grows to before the next is begun. */
const BATCH_BYTES = 1024 * 1024;
const PENDING_BYTES = 64 * 1024 * 1024;

interface Open {
  readonly tenant: string;
  readonly source: string;
  readonly door: string;
  readonly lane: number;
  readonly receivedAt: number;
  readonly ids: string[];
  readonly pieces: Buffer[];
  bytes: number;
}

/**
 * What every door hands its records to. Records get their id and lane, gather while the log is busy, and are appended together (group
 * commit): the receipt resolves when all records of the delivery are durable.
 */
export class Intake {
  readonly #parts: IntakeParts;
  readonly counters: SourceCounters;
  #open = new Map<string, Open>();
  #full: Open[] = [];
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #pending = 0;
  #running = false;
  #stream = 0;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.counters = new SourceCounters(parts.clock);
  }

  /** More waits to become durable than should: a door answers 429, or stops reading. */
  get busy(): boolean {
    return this.#pending > (this.#parts.pendingBytes ?? PENDING_BYTES);
  }

  /** Resolves once every record is durable. Throws `INGEST_SLOW_DOWN` (429) before anything was taken, and the log's errors. */
  async deliver(delivery: Delivery): Promise<Receipt> {
    const { source, records } = delivery;
    if (this.busy) {
      this.counters.slowed(source);
      throw new BridgewatchError(
        'INGEST_SLOW_DOWN',
        `${this.#pending} bytes wait to become durable; send again in a second`,
        429,
      );
    }
    // Only the number is used after the append: the records themselves, several times their bytes, may go.
    const accepted = records.length;
    if (accepted === 0) return { accepted };
    const bytes = this.#gather(delivery);
    this.#pending += bytes;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push({ resolve, reject });
        if (!this.#running) this.#run();
      });
    } finally {
      this.#pending -= bytes;
    }
    this.counters.received(source, accepted, bytes);
    return { accepted };
  }

  #gather({ source, door, records, digest }: Delivery): number {
    const receivedAt = this.#parts.clock.now();
    const identity = this.#identity(digest, records);
    let total = 0;
    for (let at = 0; at < records.length; at += 1) {
      const { record, raw, nativeId, contentId } = records[at] as Incoming;
      const native = lensOf(record).nativeId(record);
      let id: string;
      if (native !== undefined) id = stableId(source.tenant, source.id, native);
      else if (nativeId !== undefined) id = stableId(source.tenant, source.id, 'named', nativeId);
      else if (contentId !== undefined) id = contentId;
      else id = stableId(source.tenant, source.id, identity, String(at));
      const lane = laneOf(partitionKey(record) ?? source.id);
      const text = typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw;
      const open = this.#batch(source, door, lane, receivedAt);
      open.ids.push(id);
      open.pieces.push(text);
      open.bytes += text.length;
      total += text.length;
    }
    return total;
  }

  /**
   * A body sent again has the digest it had; a single record without a time of its own cannot be told from its like that happened later,
   * and counts.
   */
  #identity(digest: string | undefined, records: readonly Incoming[]): string {
    const [first] = records;
    const single = records.length === 1 && first !== undefined && lensOf(first.record).time(first.record) === undefined;
    if (digest !== undefined && !single) return digest;
    this.#stream += 1;
    return `${this.#parts.incarnation}-${this.#stream}`;
  }

  #batch(source: SourceRef, door: string, lane: number, receivedAt: number): Open {
    const key = `${source.tenant}|${source.id}|${door}|${lane}`;
    let open = this.#open.get(key);
    if (open === undefined || open.bytes > BATCH_BYTES) {
      if (open !== undefined) this.#full.push(open);
      open = { tenant: source.tenant, source: source.id, door, lane, receivedAt, ids: [], pieces: [], bytes: 0 };
      this.#open.set(key, open);
    }
    return open;
  }

  /** Appends what has gathered, over and over, until nothing is left: while one append is under way the next gathers. */
  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      const batches = [...this.#full, ...this.#open.values()];
      this.#waiting = [];
      this.#full = [];
      this.#open = new Map();
      try {
        await this.#parts.log.append(batches.map(appended));
        for (const { resolve } of waiting) resolve();
      } catch (error) {
        for (const { reject } of waiting) reject(error);
      }
    }
    this.#running = false;
  }
}

function appended({ lane, tenant, source, door, receivedAt, ids, pieces, bytes }: Open): Appended {
  const lengths = new Uint32Array(pieces.length);
  for (let at = 0; at < pieces.length; at += 1) lengths[at] = pieces[at]?.length ?? 0;
  const batch: LogBatch = {
    tenant,
    source,
    door,
    receivedAt,
    ids: Buffer.from(ids.join(''), 'hex'),
    lengths,
    text: Buffer.concat(pieces, bytes),
  };
  if (batch.ids.length !== ids.length * ID_BYTES) throw new Error('an event id is not 32 hex digits');
  return { lane, bytes: encodeBatch(batch), events: ids.length };
}

const lanes = new Map<string, number>();

function laneOf(key: string): number {
  let lane = lanes.get(key);
  if (lane === undefined) {
    lane = hash('sha256', key, 'buffer').readUInt32LE(0) % LANES;
    // Keys come from telemetry: what is remembered of them is bounded.
    if (lanes.size >= 100_000) lanes.clear();
    lanes.set(key, lane);
  }
  return lane;
}
