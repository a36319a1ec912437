import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Appended, EventLog, Logged } from '../../ports/event-log.ts';
import { LaneEnds } from './lane-ends.ts';

export interface JetStreamLogOptions {
  /** `nats://host:4222`, or `tls://`. */
  readonly servers: readonly string[];
  /** Of the stream, and the first token of its subjects: letters, digits, `-`. */
  readonly name: string;
  /** Bytes the stream may hold; 32 GiB unless told. */
  readonly maxBytes?: number;
  /** Copies in a cluster; 1 unless told. */
  readonly replicas?: number;
  /** User, token, NKey, TLS: as the NATS client takes them. */
  readonly connection?: Omit<NodeConnectionOptions, 'servers'>;
}

/** JetStream's code where there is no stream of that name. */
const NOT_THERE = 10_059;
/** JetStream's code where a stream of that name has another configuration. */
const NAME_IN_USE = 10_058;
/** JetStream's codes for no room: maximum bytes, storage, resources of the server, of the account. */
const FULL = new Set([10_077, 10_047, 10_023, 10_028, 10_002]);

/**
 * The event log on NATS JetStream: one stream, a subject a lane, the stream's sequence as position. An append resolves when every batch
 * of it is acknowledged. Two things are weaker than on LMDB, by what JetStream is: an append cut off in the middle may leave
 * some of its batches (they are sent again, and events count once by their ids); and what an acknowledgement is worth is the server's to
 * say: with `replicas` 3 a majority has it, with 1 the server fsyncs when it likes, unless it runs with `sync_interval: always` (2.10).
 */
export async function openJetStreamLog(options: JetStreamLogOptions): Promise<EventLog> {
  const { servers, name, maxBytes = 32 * 1024 ** 3, replicas = 1 } = options;
  if (!/^[A-Za-z0-9-]{1,64}$/.test(name)) {
    throw new BridgewatchError(
      'LOG_NAME_INVALID',
      `the log is named "${name}"; a stream's name has letters, digits, "-"`,
    );
  }
  const connection = await connect({ maxReconnectAttempts: -1, ...options.connection, servers: [...servers] });
  try {
    const manager = await jetstreamManager(connection);
    const stored = { storage: StorageType.File, num_replicas: replicas, allow_direct: true };
    const streams = [
      // Full means refused: a log that makes room by forgetting would lose what was acknowledged.
      { ...stored, name, subjects: [`${name}.lane.*`], discard: DiscardPolicy.New, max_bytes: maxBytes },
      { ...stored, name: `${name}-trimmed`, subjects: [`${name}.trimmed.*`], max_msgs_per_subject: 1 },
    ];
    for (const stream of streams) await keep(manager, stream);
    return new JetStreamLog(name, connection, manager);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Makes the stream, or gives the one that is there this configuration. */
async function keep(
  manager: JetStreamManager,
  stream: Partial<StreamConfig> & { readonly name: string },
): Promise<void> {
  // Asked for first: adding a stream that is there already needs its room a second time on some servers.
  const there = await manager.streams.info(stream.name).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === NOT_THERE) return undefined;
    throw error;
  });
  if (there !== undefined) {
    const wanted = Object.entries(stream);
    const has = there.config as unknown as Record<string, unknown>;
    if (wanted.every(([key, value]) => JSON.stringify(has[key]) === JSON.stringify(value))) return;
    await manager.streams.update(stream.name, stream);
    return;
  }
  try {
    await manager.streams.add(stream);
  } catch (error) {
    // Another process made it meanwhile.
    if (!(error instanceof JetStreamApiError && error.code === NAME_IN_USE)) throw error;
    await manager.streams.update(stream.name, stream);
  }
}

class JetStreamLog implements EventLog {
  readonly #name: string;
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #ends: LaneEnds;

  constructor(name: string, connection: NatsConnection, manager: JetStreamManager) {
    this.#name = name;
    this.#connection = connection;
    this.#manager = manager;
    this.#client = jetstream(connection);
    this.#ends = new LaneEnds(name, connection, manager);
  }

  async append(batches: readonly Appended[]): Promise<void> {
    const most = this.#connection.info?.max_payload ?? 0;
    for (const { bytes } of batches) {
      if (bytes.length <= most) continue;
      throw new BridgewatchError(
        'LOG_BATCH_TOO_LARGE',
        `a batch has ${bytes.length} bytes, the NATS server takes ${most}; set its max_payload to 8MB`,
        413,
      );
    }
    // Published in order over one connection, so a lane's batches stay in order; only the acknowledgements are awaited together.
    const told = await Promise.allSettled(
      batches.map(async ({ lane, bytes }) => {
        const { seq } = await this.#client.publish(`${this.#name}.lane.${lane}`, bytes);
        this.#ends.announce(lane, seq);
      }),
    );
    for (const outcome of told) if (outcome.status === 'rejected') throw this.#explained(outcome.reason);
  }

  async read(lane: number, after: number, bytes: number): Promise<readonly Logged[]> {
    const read: Logged[] = [];
    let size = 0;
    for (let next = after + 1; ; ) {
      const query = { seq: next, next_by_subj: `${this.#name}.lane.${lane}` };
      const message = await this.#manager.direct.getMessage(this.#name, query);
      if (message === null) return read;
      if (read.length > 0 && size + message.data.length > bytes) return read;
      read.push({ position: message.seq, bytes: message.data });
      size += message.data.length;
      if (size >= bytes) return read;
      next = message.seq + 1;
    }
  }

  async end(lane: number): Promise<number> {
    return await this.#ends.end(lane);
  }

  async more(after: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> {
    await this.#ends.beyond(after, signal);
  }

  async trim(lane: number, upTo: number): Promise<void> {
    const gone = Math.min(upTo, await this.#ends.end(lane));
    if (gone === 0) return;
    // First, so that the lane's end is known when nothing is left of it.
    await this.#client.publish(`${this.#name}.trimmed.${lane}`, String(gone));
    await this.#manager.streams.purge(this.#name, { filter: `${this.#name}.lane.${lane}`, seq: gone + 1 });
  }

  async size(): Promise<number> {
    return (await this.#manager.streams.info(this.#name)).state.bytes;
  }

  async close(): Promise<void> {
    if (!this.#connection.isClosed()) await this.#connection.drain();
  }

  #explained(error: unknown): BridgewatchError {
    const cause = { cause: error };
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof JetStreamApiError && FULL.has(error.code)) {
      return new BridgewatchError(
        'LOG_FULL',
        `the stream ${this.#name} is full (${why}); it takes more when workers have caught up`,
        503,
        cause,
      );
    }
    return new BridgewatchError(
      'LOG_UNREACHABLE',
      `the stream ${this.#name} did not acknowledge: ${why}; send again`,
      503,
      cause,
    );
  }
}
