import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { IngestRoom } from '../../http/room.ts';

/** The version shippers go by: the last whose protocol this door was held against. */
const VERSION = '8.19.0';
const ID = 'bridgewatch-ingest';

type Answer = (params: Readonly<Record<string, string>>, request: FastifyRequest) => unknown;

const acknowledged: Answer = () => ({ acknowledged: true });
/** Something a shipper wants to exist before it sends (a template, a policy, a pipeline): here it is not needed, so it need not be made either. */
const there: Answer = ({ name = '' }) => ({ [name]: {} });

const about: Answer = () => ({
  name: 'bridgewatch',
  cluster_name: 'bridgewatch',
  cluster_uuid: ID,
  version: {
    number: VERSION,
    build_flavor: 'default',
    build_type: 'bridgewatch',
    build_hash: 'none',
    build_date: '2025-01-01T00:00:00.000Z',
    build_snapshot: false,
    lucene_version: '9.12.0',
    minimum_wire_compatibility_version: '7.17.0',
    minimum_index_compatibility_version: '7.0.0',
  },
  tagline: 'You Know, for Search',
});

const license: Answer = () => ({
  license: {
    status: 'active',
    uid: ID,
    type: 'basic',
    issued_to: 'bridgewatch',
    issuer: 'bridgewatch',
    start_date_in_millis: -1,
  },
});

const xpack: Answer = () => ({
  build: { hash: 'none', date: '2025-01-01T00:00:00.000Z' },
  license: { uid: ID, type: 'basic', mode: 'basic', status: 'active' },
  features: {
    ilm: { available: true, enabled: true },
    security: { available: true, enabled: true },
    monitoring: { available: false, enabled: false },
  },
});

const health: Answer = () => ({
  cluster_name: 'bridgewatch',
  status: 'green',
  timed_out: false,
  number_of_nodes: 1,
  number_of_data_nodes: 1,
  active_primary_shards: 1,
  active_shards: 1,
  relocating_shards: 0,
  initializing_shards: 0,
  unassigned_shards: 0,
});

/** This node at the address the client reached it by: one that sniffs for others finds no others, and keeps the one it has. */
const nodes: Answer = (_params, { host, protocol }) => ({
  _nodes: { total: 1, successful: 1, failed: 0 },
  cluster_name: 'bridgewatch',
  nodes: {
    [ID]: {
      name: 'bridgewatch',
      version: VERSION,
      roles: ['data', 'ingest', 'master'],
      http: { publish_address: host, bound_address: [host], protocol },
      ingest: { processors: [] },
    },
  },
});

const indexTemplate: Answer = ({ name = '' }) => ({
  index_templates: [
    { name, index_template: { index_patterns: [name], priority: 0, composed_of: [], data_stream: {} } },
  ],
});
const componentTemplate: Answer = ({ name = '' }) => ({
  component_templates: [{ name, component_template: { template: {} } }],
});
const dataStream: Answer = ({ name = '' }) => ({
  data_streams: [
    { name, timestamp_field: { name: '@timestamp' }, indices: [], generation: 1, status: 'GREEN', template: name },
  ],
});
const index: Answer = ({ index: name = '' }) => ({ [name]: { aliases: {}, mappings: {}, settings: {} } });
const indexMade: Answer = ({ index: name = '' }) => ({ acknowledged: true, shards_acknowledged: true, index: name });
const refreshed: Answer = () => ({ _shards: { total: 1, successful: 1, failed: 0 } });

/** What exists, to look at (GET, HEAD) and to make (PUT, POST). Making is acknowledged and changes nothing. */
const things: readonly (readonly [string, Answer, Answer | null])[] = [
  ['/', about, null],
  ['/_license', license, null],
  ['/_xpack', xpack, null],
  ['/_cluster/health', health, null],
  ['/_cluster/health/:name', health, null],
  ['/_nodes', nodes, null],
  ['/_nodes/http', nodes, null],
  ['/_nodes/_all/http', nodes, null],
  ['/_nodes/ingest', nodes, null],
  ['/_ilm/policy/:name', there, acknowledged],
  ['/_index_template/:name', indexTemplate, acknowledged],
  ['/_component_template/:name', componentTemplate, acknowledged],
  ['/_template/:name', there, acknowledged],
  ['/_data_stream/:name', dataStream, acknowledged],
  ['/_ingest/pipeline/:name', there, acknowledged],
  ['/_alias/:name', there, acknowledged],
  ['/_cat/:name', () => [], null],
  ['/_cat/:name/:of', () => [], null],
  ['/:index', index, indexMade],
  ['/:index/_alias/:name', index, acknowledged],
  ['/:index/_mapping', index, acknowledged],
  ['/:index/_settings', index, acknowledged],
];

/**
 * The calls that Beats, Logstash, Vector, Fluent Bit and Elastic's clients make before they send, or while they do. All need the token: what is here is told to nobody
 * else, and a shipper learns at its first call that its token is wrong.
 */
export function handshake(app: FastifyInstance, room: IngestRoom): void {
  const on =
    (answer: Answer, reads: boolean) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<string> => {
      room.authenticate(request);
      const params = request.params as Record<string, string>;
      if (params.index?.startsWith('_') && params.index !== '_all')
        throw new BridgewatchError('INGEST_NO_SUCH_DOOR', `${request.url.slice(0, 200)} is not answered here`, 404);
      // A template or pipeline is read off the connection and let go.
      if (!reads) await room.readBody(request, reply);
      // rsyslog asks for this before it sends again what was put off, and at once where it is told that all is well.
      if (request.url === '/_cat/health' && room.busy)
        throw new BridgewatchError(
          'INGEST_SLOW_DOWN',
          'more has come than can be made durable; ask again in a second',
          429,
        );
      if (request.url.startsWith('/_cat/') && !/[?&]format=json/.test(request.url)) {
        reply.type('text/plain; charset=utf-8');
        return '';
      }
      return JSON.stringify(answer(params, request));
    };
  for (const [url, look, make] of things) {
    app.route({ method: ['GET', 'HEAD'], url, handler: on(look, true) });
    // No POST of an index: telemetry that another protocol's client posts to a wrong path must not be told that all is well.
    const method = url.startsWith('/:index') ? ['PUT'] : ['PUT', 'POST'];
    if (make !== null) app.route({ method, url, handler: on(make, false) });
  }
  for (const url of ['/_refresh', '/:index/_refresh'])
    app.route({ method: ['GET', 'POST'], url, handler: on(refreshed, false) });
}
