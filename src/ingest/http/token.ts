import type { IncomingHttpHeaders } from 'node:http';
import type { SourceDirectory, SourceRef } from '../../contracts/source.ts';
import { BridgewatchError } from '../../kernel/errors.ts';

/** Longer ones are nobody's: they are not hashed to find that out. */
const LONGEST = 512;
const inUrl = /[?&;](?:[a-z_-]*token|api[_-]?key|authorization|access[_-]?key|password)=/i;

/**
 * The source that a request's `Authorization` names: `ApiKey`, `Bearer` or `Splunk` with the token; `ApiKey` as Elastic's shippers send it (Base64 of
 * `id:token`); `Basic` with the token as password. Throws `INGEST_TOKEN_MISSING`, `INGEST_TOKEN_UNKNOWN` (401), `INGEST_TOKEN_IN_URL` (400).
 */
export function sourceOf(url: string, headers: IncomingHttpHeaders, sources: SourceDirectory): SourceRef {
  // A URL ends up in logs of proxies and shells: a token that travels in one is no secret, so none is taken from there.
  if (inUrl.test(url))
    throw new BridgewatchError(
      'INGEST_TOKEN_IN_URL',
      'the URL carries a token; send it in the Authorization header, and replace it: URLs are written to logs',
      400,
    );
  const [, scheme, credential] = /^(\w+) +(\S+) *$/.exec(headers.authorization ?? '') ?? [];
  if (scheme === undefined || credential === undefined)
    throw new BridgewatchError(
      'INGEST_TOKEN_MISSING',
      'there is no token; send Authorization: ApiKey, Bearer or Splunk with it, or Basic with it as the password',
      401,
    );
  for (const token of candidates(scheme.toLowerCase(), credential)) {
    const source = token.length > LONGEST ? undefined : sources.byToken(token);
    if (source !== undefined) return source;
  }
  throw new BridgewatchError('INGEST_TOKEN_UNKNOWN', 'the token is no source’s, or its source has ended', 401);
}

function candidates(scheme: string, credential: string): readonly string[] {
  if (scheme === 'basic') return afterColon(credential);
  if (scheme === 'apikey') return [credential, ...afterColon(credential)];
  return scheme === 'bearer' || scheme === 'splunk' ? [credential] : [];
}

function afterColon(encoded: string): readonly string[] {
  if (encoded.length > LONGEST * 2) return [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? [] : [text.slice(colon + 1)];
}
