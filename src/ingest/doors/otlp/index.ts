import type { FastifyReply, FastifyRequest } from 'fastify';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { sha256 } from '../../../kernel/ids.ts';
import type { IngestDoor } from '../../http/room.ts';
import { contentTypes, encodingOf, exportAnswer, refusalStatus } from './answers.ts';
import { readJson } from './json.ts';
import { readProtobuf } from './protobuf.ts';
import { RequestReader } from './request.ts';

/**
 * OTLP/HTTP logs (OpenTelemetry Protocol 1.x): `POST /v1/logs` in protobuf or JSON. An answer of 200 means that every record but those it counts
 * as rejected is durable; 429 and 503 are the ones a client sends again.
 */
export const otlpDoor: IngestDoor = (room) => async (app) => {
  app.setErrorHandler((error, request, reply) => {
    const encoding = encodingOf(request.headers['content-type']) ?? 'json';
    const refused = room.refusal(error, request, reply);
    return reply.header('content-type', contentTypes[encoding]).send(refusalStatus(encoding, refused));
  });
  app.post('/v1/logs', async (request: FastifyRequest, reply: FastifyReply) => {
    const source = room.authenticate(request);
    const type = request.headers['content-type'];
    const encoding = encodingOf(type);
    if (encoding === undefined)
      throw new BridgewatchError(
        'INGEST_OTLP_ENCODING',
        `content-type '${(type ?? '').slice(0, 80)}' is not taken; it is application/x-protobuf or application/json`,
        415,
      );
    const body = await room.readBody(request, reply);
    const { eventBytes, events, depth, decompressedBytes } = room.limits;
    const receivedAt = room.clock.now();
    const keptBytes = 2 * decompressedBytes;
    const reader = new RequestReader({ eventBytes, events, keptBytes, depth, receivedAt });
    if (encoding === 'json') readJson(body, reader);
    else readProtobuf(body, reader);
    const { records, refused, detail } = reader.result;
    await room.intake.deliver({ source, door: 'otlp', records, digest: sha256(body) });
    let rejected = 0;
    for (const [code, count] of Object.entries(refused)) {
      room.counters.rejected(source, code, count);
      rejected += count;
    }
    return reply.header('content-type', contentTypes[encoding]).send(exportAnswer(encoding, rejected, detail));
  });
};
