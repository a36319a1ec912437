import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { type Admitted, admit, type Destination, hostOf } from './destinations.ts';
import { outcomeUnknown, type Progress, requestFailure, unreachable } from './failures.ts';
import { checkAddress, guardedLookup, type Network } from './network.ts';

/** Of an answer no more than this is read; the rest is left on the wire and the connection closed. */
const KEPT_BYTES = 64 * 1024;
const MOST_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A request as it goes out, secrets and all. It lives as long as the call. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** A secret is in headers or body: then to one origin only, and over TLS. */
  readonly carriesSecrets: boolean;
  /** The URL is itself a secret (a webhook's): then no redirect is followed at all. */
  readonly secretUrl?: boolean;
}

export interface Way {
  readonly network: Network;
  readonly destinations: readonly Destination[];
  /** PEM of an authority of one's own. */
  readonly caCertificate?: string | undefined;
  readonly timeoutMs: number;
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
}

/** `body` is at most 64 KiB, as text. `origin` is where it came from after redirects. */
export interface Answer {
  readonly status: number;
  readonly origin: string;
  readonly body: string;
}

/**
 * One request within the allow-list. Redirects are followed at most three times, each checked as the first, and only where they change neither the
 * method nor, for a request with secrets, the origin. Throws `CONNECTOR_REFUSED`, `CONNECTOR_UNREACHABLE`, `CONNECTOR_TIMEOUT`,
 * `CONNECTOR_OUTCOME_UNKNOWN`; says nothing of what status is good.
 */
export async function exchange(outgoing: Outgoing, way: Way): Promise<Answer> {
  const signal = AbortSignal.any([way.signal, AbortSignal.timeout(way.timeoutMs)]);
  let at = admit(outgoing.url, way.destinations, way.network);
  for (let hop = 0; ; hop++) {
    const { answer, location } = await send(at, outgoing, way, signal);
    if (location === null) return answer;
    if (hop === MOST_REDIRECTS) throw redirectRefused(at.url, `redirects more than ${MOST_REDIRECTS} times`);
    at = next(at.url, location, answer.status, outgoing, way);
  }
}

function next(from: URL, location: string, status: number, outgoing: Outgoing, way: Way): Admitted {
  const to = URL.parse(location, from.href);
  if (to === null) throw redirectRefused(from, 'redirects to what is no URL');
  if (outgoing.secretUrl === true) throw redirectRefused(from, 'redirects, and its address is a secret');
  if (from.protocol === 'https:' && to.protocol !== 'https:')
    throw redirectRefused(from, 'redirects from https to less');
  const keepsMethod = status === 307 || status === 308 || ['GET', 'HEAD'].includes(outgoing.method);
  if (!keepsMethod) throw redirectRefused(from, `answers ${outgoing.method} with ${status}, which would make it a GET`);
  if (outgoing.carriesSecrets && to.origin !== from.origin) {
    throw redirectRefused(from, 'redirects a request that carries a secret to another origin');
  }
  return admit(to.href, way.destinations, way.network);
}

function redirectRefused(from: URL, what: string): BridgewatchError {
  return new BridgewatchError('CONNECTOR_REFUSED', `${from.origin} ${what}; it is not followed`, 400);
}

async function send(
  { url, reach }: Admitted,
  outgoing: Outgoing,
  way: Way,
  signal: AbortSignal,
): Promise<{ answer: Answer; location: string | null }> {
  const progress: Progress = { sent: false, repeatable: way.repeatable };
  const loopbackOnly = url.protocol === 'http:' && (outgoing.carriesSecrets || outgoing.secretUrl === true);
  const connect = buildConnector({
    allowH2: false,
    timeout: way.timeoutMs,
    lookup: guardedLookup(way.network, reach, loopbackOnly),
    ...(way.caCertificate === undefined ? {} : { ca: way.caCertificate }),
  });
  const agent = new Agent({
    maxHeaderSize: 16 * 1024,
    headersTimeout: way.timeoutMs,
    bodyTimeout: way.timeoutMs,
    connect(options, done) {
      connect(options, (error, socket) => {
        if (error !== null) return done(error, null);
        try {
          // An address in the URL itself meets no lookup; and whatever the lookup said, this is where it leads.
          checkAddress(hostOf(url), socket.remoteAddress ?? '', reach, loopbackOnly);
        } catch (cause) {
          socket.destroy();
          return done(cause instanceof Error ? cause : new Error('refused', { cause }), null);
        }
        progress.sent = true;
        return done(null, socket);
      });
    },
  });
  try {
    const response = await request(url, {
      dispatcher: agent,
      method: outgoing.method as Dispatcher.HttpMethod,
      headers: { 'user-agent': 'bridgewatch', 'accept-encoding': 'identity', ...outgoing.headers },
      body: outgoing.body,
      signal,
    });
    const { statusCode: status, headers } = response;
    const location = REDIRECTS.has(status) && typeof headers.location === 'string' ? headers.location : null;
    const body = await firstOf(response.body);
    return { answer: { status, origin: url.origin, body }, location };
  } catch (error) {
    throw requestFailure(url.origin, error, progress, signal);
  } finally {
    await agent.destroy();
  }
}

async function firstOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    parts.push(part);
    length += part.length;
    if (length >= KEPT_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, KEPT_BYTES).toString('utf8');
}

/** What a status that was not hoped for means to whoever asked: another try, a refusal, or a person who must look. */
export function statusFailure({ status, origin }: Answer, repeatable: boolean): BridgewatchError {
  if (status === 429 || status === 503 || (status >= 500 && repeatable))
    return unreachable(origin, `it answered ${status}`);
  if (status >= 500) return outcomeUnknown(origin, `it answered ${status}`);
  return new BridgewatchError('CONNECTOR_REFUSED', `${origin} answered ${status}; another try will not help`, 400);
}
