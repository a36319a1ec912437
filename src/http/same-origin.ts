import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BridgewatchError } from '../kernel/errors.ts';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Headers {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | undefined;
}

/** The URL a host or origin text names, or undefined where it names none. */
function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/**
 * Whether a Host header names this server. A name we do not know could be an attacker's that resolves to us (DNS
 * rebinding); an address cannot be, nor can `localhost`.
 */
function isOurHost(host: string, publicUrl: string | null): boolean {
  const url = urlOf(`http://${host}`);
  if (url === undefined || url.host === '') return false;
  const name = url.hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || isIP(name) !== 0 || (publicUrl !== null && url.host === hostOf(publicUrl));
}

function hostOf(url: string): string | undefined {
  // Compared as http, so that a default port written out and one left out are the same on both sides.
  return urlOf(url.replace(/^https:/, 'http:'))?.host;
}

/**
 * Why a request that would change something is not from our own page, or undefined where it is. Browsers send
 * `Origin` with every such request; a page elsewhere cannot forge it.
 */
export function crossSiteReason(headers: Headers, publicUrl: string | null): string | undefined {
  const { host = '', origin } = headers;
  const site = headers['sec-fetch-site'];
  if (!isOurHost(host, publicUrl))
    return `Host "${host}" is not a name of this server; use localhost, its address, or the public URL it was started with`;
  if (site !== undefined && site !== 'same-origin')
    return `the request comes from another site (Sec-Fetch-Site: ${site})`;
  if (origin !== undefined) {
    // Reached by its public name, the server is exactly that origin: http is not https.
    const same =
      publicUrl !== null && hostOf(publicUrl) === hostOf(`http://${host}`)
        ? origin === publicUrl
        : hostOf(origin) === hostOf(`http://${host}`);
    return same ? undefined : `Origin "${origin}" is not this server`;
  }
  return site === 'same-origin' ? undefined : 'neither Origin nor Sec-Fetch-Site says where the request comes from';
}

/** Refuses cookie-carrying writes from other sites: `HTTP_CROSS_SITE` (403). Runs before anything reads the session. */
export function refuseCrossSite(app: FastifyInstance, publicUrl: string | null): void {
  app.addHook('onRequest', async (request: FastifyRequest) => {
    if (safeMethods.has(request.method)) return;
    // Without a cookie there is no session to ride on; a sign-in gets its cookie here, so it is checked like the rest.
    if (
      request.headers.cookie === undefined &&
      request.headers.origin === undefined &&
      request.headers['sec-fetch-site'] === undefined
    )
      return;
    const why = crossSiteReason(
      { ...request.headers, 'sec-fetch-site': single(request.headers['sec-fetch-site']) },
      publicUrl,
    );
    if (why !== undefined) throw new BridgewatchError('HTTP_CROSS_SITE', `refused: ${why}`, 403);
  });
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join() : header;
}
