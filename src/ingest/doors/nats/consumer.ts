import { readFileSync } from 'node:fs';
import {
  AckPolicy,
  type Consumer,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { connect, credsAuthenticator, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { NatsDoorOptions } from './options.ts';

const ACK_WAIT_MS = 30_000;
/** JetStream's codes where there is no stream, or no consumer, of that name. */
const NO_STREAM = 10_059;
const NO_CONSUMER = 10_014;

/** What the files of credentials and certificates say. Throws `NATS_FILE_UNREADABLE`. */
export function connectionOf({ servers, credentialsFile, tls }: NatsDoorOptions): NodeConnectionOptions {
  const { caFile, certFile, keyFile } = tls ?? {};
  const isTls = tls !== undefined || servers.some((server) => server.startsWith('tls://'));
  return {
    servers: [...servers],
    name: 'bridgewatch',
    maxReconnectAttempts: -1,
    ...(credentialsFile === undefined ? {} : { authenticator: credsAuthenticator(contentOf(credentialsFile)) }),
    ...(isTls
      ? {
          tls: {
            ...(caFile === undefined ? {} : { ca: contentOf(caFile).toString() }),
            ...(certFile === undefined ? {} : { cert: contentOf(certFile).toString() }),
            ...(keyFile === undefined ? {} : { key: contentOf(keyFile).toString() }),
          },
        }
      : {}),
  };
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new BridgewatchError(
      'NATS_FILE_UNREADABLE',
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}); name a file this user may read`,
      400,
      { cause: error },
    );
  }
}

export interface Connected {
  readonly connection: NatsConnection;
  readonly consumer: Consumer;
  /** Tells the stream from another of its name, made later: it would count from 1 again. */
  readonly stream: string;
  /** Bytes the server lets a message have. */
  readonly messageBytes: number;
}

/** Connects and finds the consumer, or makes it. Throws `NATS_STREAM_MISSING`, `NATS_CONSUMER_UNFIT`, and the client's errors. */
export async function connectConsumer(options: NatsDoorOptions, how: NodeConnectionOptions): Promise<Connected> {
  const { stream, consumer: name } = options;
  const connection = await connect(how);
  try {
    const manager = await jetstreamManager(connection);
    const { created } = await manager.streams.info(stream).catch((error: unknown) => {
      throw error instanceof JetStreamApiError && error.code === NO_STREAM ? missing(stream) : error;
    });
    let info: ConsumerInfo;
    try {
      info = await manager.consumers.info(stream, name);
    } catch (error) {
      if (!(error instanceof JetStreamApiError && error.code === NO_CONSUMER)) throw error;
      info = await manager.consumers.add(stream, {
        durable_name: name,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        ack_wait: (options.ackWaitMs ?? ACK_WAIT_MS) * 1_000_000,
        max_deliver: -1,
        ...(options.subject === undefined ? {} : { filter_subject: options.subject }),
      });
    }
    checkFit(options, info);
    const consumer = await jetstream(connection).consumers.get(stream, name);
    const messageBytes = connection.info?.max_payload ?? 1024 * 1024;
    return { connection, consumer, stream: `${stream}|${created}`, messageBytes };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A consumer of somebody else's making may be of a kind that loses messages or reads others. */
function checkFit({ stream, consumer, subject }: NatsDoorOptions, { config }: ConsumerInfo): void {
  const wrong: string[] = [];
  if (config.ack_policy !== AckPolicy.Explicit) wrong.push(`it acknowledges "${config.ack_policy}", not "explicit"`);
  if (config.deliver_subject !== undefined) wrong.push('it is a push consumer');
  if (subject !== undefined && config.filter_subject !== subject)
    wrong.push(
      `it reads ${config.filter_subject ?? config.filter_subjects?.join(', ') ?? 'all subjects'}, not ${subject}`,
    );
  if (wrong.length === 0) return;
  throw new BridgewatchError(
    'NATS_CONSUMER_UNFIT',
    `the consumer ${consumer} of the stream ${stream} is there and cannot be used: ${wrong.join('; ')}; name another`,
    409,
  );
}

function missing(stream: string): BridgewatchError {
  return new BridgewatchError(
    'NATS_STREAM_MISSING',
    `there is no stream ${stream}; make it where the messages come from, or name one that exists`,
    404,
  );
}
