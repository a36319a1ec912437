import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SourceRef } from '../../../contracts/source.ts';
import { sha256 } from '../../../kernel/ids.ts';
import type { IngestDoor, IngestRoom } from '../../http/room.ts';
import { faultCodes, type HecAnswer, type HecCode, hecAnswer, refusalAnswer } from './answers.ts';
import { type BodyRead, type BodyReading, readEvents, readLines } from './body.ts';
import { AckChannels, isChannel } from './channels.ts';
import type { Metadata } from './envelope.ts';

const EVENT_PATHS = ['/services/collector', '/services/collector/event', '/services/collector/event/1.0'];
const RAW_PATHS = ['/services/collector/raw', '/services/collector/raw/1.0'];
const HEALTH_PATHS = ['/services/collector/health', '/services/collector/health/1.0'];
const ACK_PATHS = ['/services/collector/ack', '/services/collector/ack/1.0'];
/** Acknowledgement ids asked for in one request. */
const ASKED = 100_000;

type Query = Readonly<Record<string, unknown>>;
type Channel = { readonly name: string | undefined } | { readonly fault: HecCode };

/** The channel a request names, in its header or its URL. */
function channelOf(request: FastifyRequest): Channel {
  const name = request.headers['x-splunk-request-channel'] ?? (request.query as Query).channel;
  if (name === undefined || name === '') return { name: undefined };
  return typeof name === 'string' && isChannel(name) ? { name } : { fault: 11 };
}

/** What the URL says of every event of the request. */
function defaultsOf(query: Query): Metadata {
  const named = ['host', 'source', 'sourcetype', 'index', 'time'].map((name) => [name, query[name]]);
  return Object.fromEntries(named.filter(([, value]) => typeof value === 'string'));
}

function acksIn(body: Buffer): readonly number[] | undefined {
  try {
    const { acks } = JSON.parse(body.toString('utf8')) as { acks?: unknown };
    if (!Array.isArray(acks) || acks.length > ASKED) return undefined;
    return acks.every((id): id is number => Number.isSafeInteger(id) && id >= 0) ? acks : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Splunk's HTTP Event Collector: events, raw lines, health and acknowledgement. An answer of code 0 means durable, with or without an
 * `ackId`; a request on a channel gets one for clients that wait for it.
 */
export const hecDoor: IngestDoor = (room) => async (app) => {
  const channels = new AckChannels(room.clock);
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = refusalAnswer(
      room.refusal(error, request, reply),
      request.headers.authorization !== undefined,
    );
    if (status === 503) reply.header('retry-after', '1');
    return reply.code(status).send(body);
  });
  const take = async (
    request: FastifyRequest,
    reply: FastifyReply,
    read: (body: Buffer, defaults: Metadata, reading: BodyReading) => BodyRead,
  ): Promise<HecAnswer> => {
    const source = room.authenticate(request);
    const channel = channelOf(request);
    if ('fault' in channel) return refused(room, source, channel.fault);
    const body = await room.readBody(request, reply);
    const found = read(body, defaultsOf(request.query as Query), readingOf(room));
    if (found.records.length > 0)
      await room.intake.deliver({ source, door: 'hec', records: found.records, digest: sha256(body) });
    if (found.fault !== undefined) {
      const { code, at } = found.fault;
      return refused(room, source, code, code === 5 ? {} : { 'invalid-event-number': at });
    }
    return hecAnswer(0, channel.name === undefined ? {} : { ackId: channels.give(source, channel.name) });
  };
  const status = async (request: FastifyRequest, reply: FastifyReply): Promise<HecAnswer> => {
    const source = room.authenticate(request);
    const channel = channelOf(request);
    if ('fault' in channel) return refused(room, source, channel.fault);
    if (channel.name === undefined) return refused(room, source, 10);
    const ids = acksIn(await room.readBody(request, reply));
    if (ids === undefined) return refused(room, source, 6);
    return { status: 200, body: { acks: channels.take(source, channel.name, ids) } };
  };
  const answer = (make: (request: FastifyRequest, reply: FastifyReply) => Promise<HecAnswer> | HecAnswer) => {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      const made = await make(request, reply);
      // A refusal before the body was read leaves it on the connection.
      if (!request.raw.complete) reply.header('connection', 'close');
      return reply.code(made.status).send(made.body);
    };
  };
  for (const path of EVENT_PATHS)
    app.post(
      path,
      answer((request, reply) => take(request, reply, readEvents)),
    );
  for (const path of RAW_PATHS)
    app.post(
      path,
      answer((request, reply) => take(request, reply, readLines)),
    );
  for (const path of ACK_PATHS) app.post(path, answer(status));
  // Load balancers ask without a token; whether there is room is all they learn.
  for (const path of HEALTH_PATHS)
    app.get(
      path,
      answer(() => hecAnswer(room.intake.busy ? 18 : 17)),
    );
};

function readingOf({ limits, clock }: IngestRoom): BodyReading {
  const { eventBytes, events, depth, decompressedBytes } = limits;
  return { eventBytes, events, keptBytes: 2 * decompressedBytes, depth, receivedAt: clock.now() };
}

function refused(room: IngestRoom, source: SourceRef, code: HecCode, more: Query = {}): HecAnswer {
  room.counters.rejected(source, faultCodes[code] ?? 'INGEST_HEC_REFUSED');
  return hecAnswer(code, more);
}
