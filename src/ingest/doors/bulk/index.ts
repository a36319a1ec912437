import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { sha256 } from '../../../kernel/ids.ts';
import type { IngestDoor, IngestRoom } from '../../http/room.ts';
import type { Action, Verb } from './action.ts';
import { faultOf } from './action.ts';
import { bulkAnswer, documentAnswer } from './answer.ts';
import { isFault, readDocument } from './document.ts';
import { filterPath } from './filter-path.ts';
import { handshake } from './handshake.ts';
import { elasticProblem } from './problem.ts';
import { notTaken, readBulk } from './read-bulk.ts';

/** Elasticsearch's door: `_bulk`, single documents, and what shippers ask before they send. */
export const bulkDoor: IngestDoor = (room) => async (app) => {
  app.addHook('onRequest', async (request, reply) => {
    // Elastic's clients talk to nothing that does not say so, and want the media type they asked for.
    reply.header('x-elastic-product', 'Elasticsearch').type(mediaType(request.headers.accept));
  });
  app.setErrorHandler((error, request, reply) => {
    const refused = room.refusal(error, request, reply);
    if (dropsWhatIsPutOff(request) && (refused.status === 429 || refused.status === 503)) {
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    const problem = elasticProblem(refused);
    return reply.type(mediaType(request.headers.accept)).send(JSON.stringify(problem));
  });
  bulkRoutes(app, room);
  documentRoutes(app, room);
  handshake(app, room);
};

function bulkRoutes(app: FastifyInstance, room: IngestRoom): void {
  const { intake, limits, counters, clock } = room;
  const bulk = async (
    request: FastifyRequest<{ Params: { index?: string } }>,
    reply: FastifyReply,
  ): Promise<string> => {
    const began = clock.now();
    const source = room.authenticate(request);
    const filter = filterPath(queryText(request, 'filter_path'));
    const body = await room.readBody(request, reply);
    const { items, records } = await readBulk(body, request.params.index, limits);
    if (items.length === 0) throw invalid('Validation Failed: 1: no requests added;');
    const digest = sha256(body);
    await intake.deliver({ source, door: 'bulk', records, digest });
    for (const { fault } of items) if (fault !== undefined) counters.rejected(source, fault.code);
    const prefix = digest.slice(0, 16);
    return bulkAnswer(items, clock.now() - began, (at) => `${prefix}-${at.toString(36)}`, filter);
  };
  for (const url of ['/_bulk', '/:index/_bulk']) app.route({ method: ['POST', 'PUT'], url, handler: bulk });
}

interface DocumentParams {
  readonly index: string;
  readonly id?: string;
}

function documentRoutes(app: FastifyInstance, room: IngestRoom): void {
  const { intake, limits, counters } = room;
  const take =
    (verb: Verb) =>
    async (request: FastifyRequest<{ Params: DocumentParams }>, reply: FastifyReply): Promise<string> => {
      const { index, id } = request.params;
      const source = room.authenticate(request);
      const body = await room.readBody(request, reply);
      const fault = faultOf(index, id);
      const action: Action = fault === undefined ? { verb, index, id } : { verb, index, id, fault };
      const read = notTaken(action) ?? readDocument(body, 0, body.length, id, limits);
      if (isFault(read)) {
        counters.rejected(source, read.code);
        reply.code(read.status);
        return JSON.stringify(elasticProblem(new BridgewatchError(read.code, read.message, read.status), read.type));
      }
      const digest = sha256(body);
      await intake.deliver({ source, door: 'bulk', records: [read], digest });
      reply.code(201);
      return documentAnswer(index, id ?? digest.slice(0, 20));
    };
  app.post('/:index/_doc', take('index'));
  app.route({ method: ['POST', 'PUT'], url: '/:index/_doc/:id', handler: take('index') });
  app.route({ method: ['POST', 'PUT'], url: '/:index/_create/:id', handler: take('create') });
  app.delete('/:index/_doc/:id', take('delete'));
  app.post('/:index/_update/:id', take('update'));
}

/**
 * rsyslog's omelasticsearch (8.2302, which alone gives no User-Agent) throws a batch away whatever the answer is that is no list of items, 429 and 503 too, even empty. A
 * connection that ends without an answer it takes for a server that is away, and sends again.
 */
function dropsWhatIsPutOff(request: FastifyRequest): boolean {
  return request.headers['user-agent'] === undefined;
}

/** What a client of a version asked for, where it asked so; else plain JSON. */
function mediaType(accept: string | undefined): string {
  const version = /application\/vnd\.elasticsearch\+json; *compatible-with=(\d)/.exec(accept ?? '')?.[1];
  return version === undefined
    ? 'application/json; charset=utf-8'
    : `application/vnd.elasticsearch+json;compatible-with=${version}`;
}

function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}

function invalid(reason: string): BridgewatchError {
  return new BridgewatchError('INGEST_BULK_EMPTY', reason, 400);
}
