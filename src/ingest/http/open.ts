import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { SourceDirectory } from '../../contracts/source.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Intake } from '../intake.ts';
import { boundedServer, type TlsPair } from './connections.ts';
import { defaultHttpLimits, type HttpLimits } from './limits.ts';
import { type IngestDoor, IngestRoom } from './room.ts';

interface IngestHttpOptions {
  readonly intake: Intake;
  readonly sources: SourceDirectory;
  readonly clock: Clock;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** PEM files. Needed beyond loopback, unless proxies have it. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Addresses or CIDR ranges of proxies that hold TLS in front; only they and loopback may connect without it. */
  readonly behindProxy?: readonly string[] | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
  readonly doors: readonly IngestDoor[];
}

export interface IngestHttp {
  /** `http://127.0.0.1:9200` */
  readonly url: string;
  readonly port: number;
  /** Requests refused before anyone had shown who they were, by code. */
  readonly strangers: Readonly<Record<string, number>>;
  /** Takes no more, lets what is under way be answered (for five seconds), then closes. */
  close(): Promise<void>;
}

const GRACE = 5000;

/**
 * The listener of telemetry over HTTP, apart from the API's. Throws `INGEST_TLS_REQUIRED`, `INGEST_TLS_FILES`, and the system's error where the port is taken.
 */
export async function openIngestHttp(options: IngestHttpOptions): Promise<IngestHttp> {
  const { intake, sources, clock, host, port, doors, behindProxy: proxies = [] } = options;
  const limits = { ...defaultHttpLimits, ...options.limits };
  const tls = options.tls === undefined ? undefined : pair(options.tls);
  if (tls === undefined && proxies.length === 0 && !isLoopback(host))
    throw new BridgewatchError(
      'INGEST_TLS_REQUIRED',
      `telemetry is not taken on ${host} without TLS: give a certificate and key, name the proxies that hold TLS, or listen on 127.0.0.1`,
      400,
    );
  const room = new IngestRoom({ intake, sources, clock, limits });
  const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { code, message } = room.refusal(error, request, reply);
    return reply.send({ code, message });
  };
  const app = fastify({
    serverFactory: (listener): Server => boundedServer(listener, { limits, tls, proxies }),
    trustProxy: proxies.length === 0 ? false : [...proxies],
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 1024, ignoreDuplicateSlashes: true, ignoreTrailingSlash: true },
    return503OnClosing: true,
    frameworkErrors: (error, request, reply) => answer(error, request, reply),
  });
  let underWay = 0;
  let drained = (): void => {};
  app.addHook('onRequest', (_request, reply, done) => {
    underWay += 1;
    reply.raw.once('close', () => {
      underWay -= 1;
      if (underWay === 0) drained();
    });
    done();
  });
  // Bodies stay where they are until a door asks for them: who does not say who it is has sent for nothing.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setErrorHandler(answer);
  app.setNotFoundHandler((request) => {
    room.authenticate(request);
    throw new BridgewatchError('INGEST_NO_SUCH_DOOR', `${request.method} ${request.url.slice(0, 200)} is no door`, 404);
  });
  for (const door of doors) app.register(door(room));
  await app.listen({ host, port });
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    strangers: room.strangers,
    async close() {
      // Node counts a connection that has not said anything as one under way: it would hold the closing up.
      drained = () => setImmediate(() => app.server.closeAllConnections());
      const late = setTimeout(drained, GRACE);
      const closed = app.close();
      if (underWay === 0) drained();
      await closed;
      clearTimeout(late);
    },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function pair({ certFile, keyFile }: { certFile: string; keyFile: string }): TlsPair {
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new BridgewatchError('INGEST_TLS_FILES', `the TLS file ${file} cannot be read`, 400, { cause: error });
    }
  };
  return { cert: read(certFile), key: read(keyFile) };
}
