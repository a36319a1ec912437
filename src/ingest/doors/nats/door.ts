import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { NodeConnectionOptions } from '@nats-io/transport-node';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { pause } from '../../../kernel/pause.ts';
import { defaultLimits } from '../../limits.ts';
import { type Connected, connectConsumer, connectionOf } from './consumer.ts';
import { type ReadMessage, readMessage } from './message.ts';
import type { NatsDoorOptions } from './options.ts';

export interface NatsDoor {
  /** Stops taking; what has no receipt is delivered again by the server. */
  close(): Promise<void>;
}

/**
 * Bytes that one pull may bring, at the largest messages the server takes, and messages at most. Bytes themselves are no bound to ask for:
 * client and server count them differently, and what one sends beyond the other's count waits for its acknowledgement to be overdue.
 */
const PULL_BYTES = 64 * 1024 * 1024;
const PULL_MESSAGES = 256;
const PULL_MS = 5000;
/** Until a message that was given back comes again. */
const SLOW_MS = 1000;
const RETRY_MS = 1000;
const BUSY_MS = 50;

/**
 * Reads a JetStream stream for a source, and connects again for as long as it takes. A message is acknowledged after the intake's receipt; what
 * can never be read is ended with a reject. Throws `NATS_FILE_UNREADABLE`; everything else is warned of and tried again.
 */
export function openNatsDoor(options: NatsDoorOptions): NatsDoor {
  const reading = new Reading(options, connectionOf(options));
  const running = reading.run();
  return {
    async close() {
      reading.stop();
      await running;
    },
  };
}

interface Taken {
  readonly message: JsMsg;
  readonly read: ReadMessage;
}

class Reading {
  readonly #options: NatsDoorOptions;
  readonly #how: NodeConnectionOptions;
  readonly #limits;
  readonly #stop = new AbortController();
  #connected: Connected | undefined;
  #warned = '';
  #messages: ConsumerMessages | undefined;
  #gathered: JsMsg[] = [];
  #delivering: Promise<void> | undefined;

  constructor(options: NatsDoorOptions, how: NodeConnectionOptions) {
    this.#options = options;
    this.#how = how;
    this.#limits = { ...defaultLimits, ...options.limits };
  }

  stop(): void {
    this.#stop.abort();
    // Ends a pull that waits.
    void this.#messages?.close();
  }

  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        this.#connected = await connectConsumer(this.#options, this.#how);
        this.#warned = '';
        while (!signal.aborted && !this.#connected.connection.isClosed()) await this.#pull(this.#connected);
      } catch (error) {
        this.#warn(error);
      }
      await this.#connected?.connection.close().catch(() => undefined);
      this.#connected = undefined;
      await pause(RETRY_MS, signal);
    }
    await this.#delivering;
  }

  #warn(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const { stream, source, warn } = this.#options;
    const why = error instanceof BridgewatchError ? `${error.code}: ${error.message}` : String(error);
    if (why !== this.#warned) warn(`the stream ${stream} of source ${source.id} cannot be read (${why}); trying again`);
    this.#warned = why;
  }

  /** While one delivery becomes durable the messages of the next gather, and no more is asked for than fits in memory. */
  async #pull(connected: Connected): Promise<void> {
    const { signal } = this.#stop;
    while (this.#options.intake.busy && !signal.aborted) await pause(BUSY_MS, signal);
    if (signal.aborted) return;
    const most = Math.min(PULL_MESSAGES, Math.max(1, Math.floor(PULL_BYTES / connected.messageBytes)));
    this.#messages = await connected.consumer.fetch({ max_messages: most, expires: PULL_MS });
    if (signal.aborted) void this.#messages.close();
    for await (const message of this.#messages) {
      this.#gathered.push(message);
      this.#delivering ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#deliver(connected));
    }
    await this.#delivering;
  }

  async #deliver({ stream }: Connected): Promise<void> {
    try {
      while (this.#gathered.length > 0) {
        const messages = this.#gathered;
        this.#gathered = [];
        await this.#handOver(messages.map((message) => ({ message, read: this.#read(message, stream) })));
      }
    } catch (error) {
      // The connection is gone: what could not be acknowledged comes again, with the ids it had.
      this.#warn(error);
      this.#gathered = [];
    } finally {
      this.#delivering = undefined;
    }
  }

  #read(message: JsMsg, stream: string): ReadMessage {
    const { source, readText, clock } = this.#options;
    const data = Buffer.from(message.data.buffer, message.data.byteOffset, message.data.byteLength);
    const identity = [source.tenant, source.id, 'nats', stream, String(message.seq)];
    const text = readText === undefined ? undefined : (line: string) => readText(line, clock.now());
    return readMessage(data, identity, this.#limits, text);
  }

  async #handOver(taken: readonly Taken[]): Promise<void> {
    const { intake, source } = this.#options;
    try {
      await intake.deliver({ source, door: 'nats', records: taken.flatMap(({ read }) => read.records) });
    } catch (error) {
      for (const { message } of taken) message.nak(SLOW_MS);
      const isState = error instanceof BridgewatchError && (error.status === 429 || error.status === 503);
      if (!isState) this.#warn(error);
      return;
    }
    for (const { message, read } of taken) {
      this.#refuse(message, read);
      if (read.records.length > 0 || read.refused.length === 0) message.ack();
      else message.term();
    }
  }

  #refuse({ subject, seq }: JsMsg, { refused }: ReadMessage): void {
    const { intake, source, onReject } = this.#options;
    for (const { code, message, raw } of refused) {
      intake.counters.rejected(source, code);
      onReject?.({ file: subject, line: seq, code, message, raw });
    }
  }
}
