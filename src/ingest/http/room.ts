import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { SourceDirectory, SourceRef } from '../../contracts/source.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Intake } from '../intake.ts';
import type { SourceCounters } from '../source-counters.ts';
import { readBody } from './body.ts';
import { FailureRate } from './failure-rate.ts';
import type { HttpLimits } from './limits.ts';
import { sourceOf } from './token.ts';

/** A door: its routes and the shape of its errors, as a fastify plugin of its own. */
export type IngestDoor = (room: IngestRoom) => FastifyPluginAsync;

interface IngestRoomParts {
  readonly intake: Intake;
  readonly sources: SourceDirectory;
  readonly clock: Clock;
  readonly limits: HttpLimits;
}

/** Seconds after which a client that was told to slow down may come again. */
const RETRY_SECONDS = '1';

/**
 * What the listener gives its doors. A handler calls `authenticate`, then `readBody`, then `intake.deliver`, and answers; its error handler calls
 * `refusal` and gives the error the shape its clients know.
 */
export class IngestRoom {
  readonly intake: Intake;
  readonly clock: Clock;
  readonly limits: HttpLimits;
  readonly counters: SourceCounters;
  /** Requests refused before anyone had shown who they were, by code. */
  readonly strangers: Record<string, number> = {};
  readonly #sources: SourceDirectory;
  readonly #failures: FailureRate;
  readonly #known = new WeakMap<FastifyRequest, SourceRef>();
  #held = 0;

  constructor({ intake, sources, clock, limits }: IngestRoomParts) {
    this.intake = intake;
    this.clock = clock;
    this.limits = limits;
    this.counters = intake.counters;
    this.#sources = sources;
    this.#failures = new FailureRate(clock, limits.failuresPerMinute);
  }

  /** Bytes of bodies held now, all requests. */
  get held(): number {
    return this.#held;
  }

  /** More has come than should: whoever sends now is told to slow down. */
  get busy(): boolean {
    return this.intake.busy || this.#held > this.limits.heldBytes;
  }

  /** The source whose token the request carries. Throws `INGEST_TOKEN_*` (401, 400), or `INGEST_TOO_MANY_FAILURES` (429). */
  authenticate(request: FastifyRequest): SourceRef {
    try {
      const source = sourceOf(request.raw.url ?? '', request.headers, this.#sources);
      this.#known.set(request, source);
      return source;
    } catch (error) {
      if (!this.#failures.failed(request.ip)) throw error;
      throw new BridgewatchError(
        'INGEST_TOO_MANY_FAILURES',
        `too many requests of ${request.ip} had no valid token`,
        429,
      );
    }
  }

  /**
   * The body, decompressed and bounded; empty where there is none. Held against the listener's memory until the answer is out. Throws `INGEST_SLOW_DOWN` (429)
   * before a byte was read, and the `INGEST_BODY_*` errors.
   */
  async readBody(request: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
    const source = this.#known.get(request);
    if (source === undefined) throw new Error('a body is read for a known source only: authenticate first');
    if (this.busy) throw this.#slowDown(source);
    let mine = 0;
    reply.raw.once('close', () => {
      this.#held -= mine;
      mine = Number.NaN;
    });
    return await readBody(request.raw, this.limits, (bytes) => {
      if (Number.isNaN(mine)) return;
      mine += bytes;
      this.#held += bytes;
      if (this.#held > this.limits.heldBytes) throw this.#slowDown(source);
    });
  }

  /**
   * Any error as one with a code and status. Counts it against the source, or as a stranger's; sets `Retry-After`, `WWW-Authenticate`; closes the
   * connection where the rest of a body is not to be read.
   */
  refusal(error: unknown, request: FastifyRequest, reply: FastifyReply): BridgewatchError {
    const refused = coded(error);
    const source = this.#known.get(request);
    if (source !== undefined) {
      if (refused.code !== 'INGEST_SLOW_DOWN') this.counters.rejected(source, refused.code);
    } else this.strangers[refused.code] = (this.strangers[refused.code] ?? 0) + 1;
    if (refused.status === 401) reply.header('www-authenticate', 'Basic realm="bridgewatch"');
    if (refused.status === 429 || refused.status === 503) reply.header('retry-after', RETRY_SECONDS);
    if (!request.raw.complete) reply.header('connection', 'close');
    reply.code(refused.status);
    return refused;
  }

  #slowDown(source: SourceRef): BridgewatchError {
    this.counters.slowed(source);
    return new BridgewatchError(
      'INGEST_SLOW_DOWN',
      'more has come than can be made durable; send again in a second',
      429,
    );
  }
}

function coded(error: unknown): BridgewatchError {
  if (error instanceof BridgewatchError) return error;
  const status = (error as { statusCode?: unknown }).statusCode;
  // Fastify's own: a URL or a header it could not read.
  if (error instanceof Error && typeof status === 'number' && status >= 400 && status < 500)
    return new BridgewatchError('INGEST_BAD_REQUEST', error.message, status);
  return new BridgewatchError(
    'INGEST_FAILED',
    'the server failed; nothing of the request was taken: send it again',
    503,
    {
      cause: error,
    },
  );
}
