import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { IAMClient } from '@aws-sdk/client-iam';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { admit } from '../network/destinations.ts';
import { requestFailure, unreachable } from '../network/failures.ts';
import { guardedLookup } from '../network/network.ts';
import type { ConnectorRoom } from '../room.ts';
import type { AwsSettings } from './settings.ts';

/** AWS codes after which another try may help. https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html */
const PASSING = new Set([
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'ServiceFailure',
  'InternalFailure',
  'ConcurrentModification',
  'EntityTemporarilyUnmodifiable',
]);

export type Ask = <T>(request: (client: IAMClient, options: { abortSignal: AbortSignal }) => Promise<T>) => Promise<T>;

/**
 * Runs `work` with a client for one tenant's IAM and closes it. Each request is tried once, since whoever runs the action tries again. Throws
 * `CONNECTOR_*`; AWS's own words are not quoted, its code is.
 */
export async function withIam<T>(
  settings: AwsSettings,
  { secrets, network }: ConnectorRoom,
  tenant: string,
  signal: AbortSignal,
  work: (ask: Ask) => Promise<T>,
): Promise<T> {
  const { endpoint, region, accessKeyId, ranges, timeoutMs, caCertificate } = settings;
  const { url, reach } = admit(endpoint, [{ origin: new URL(endpoint).origin, ranges }], network);
  const lookup = guardedLookup(network, reach, url.protocol === 'http:');
  const secretAccessKey = await secrets.read(tenant, settings.secretKeySecret);
  const client = new IAMClient({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent({ lookup }),
      httpsAgent: new HttpsAgent({ lookup, ...(caCertificate === undefined ? {} : { ca: caCertificate }) }),
    },
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(3 * timeoutMs)]);
  try {
    return await work(async (request) => {
      try {
        return await request(client, { abortSignal: limit });
      } catch (error) {
        throw iamFailure(url.origin, error, limit);
      }
    });
  } finally {
    client.destroy();
  }
}

function iamFailure(place: string, error: unknown, signal: AbortSignal): BridgewatchError {
  const name = serviceCode(error);
  if (name === null) return requestFailure(place, error, { sent: true, repeatable: true }, signal);
  if (PASSING.has(name) || statusOf(error) >= 500) return unreachable(place, name);
  if (name.startsWith('NoSuchEntity')) {
    return new BridgewatchError('CONNECTOR_TARGET_UNKNOWN', `${place} knows no such user, key or policy`, 404);
  }
  return new BridgewatchError('CONNECTOR_REFUSED', `${place} refused (${name}); another try will not help`, 400);
}

function statusOf(error: unknown): number {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode ?? 0;
}

/** The code of an error that IAM itself answered with; null where no answer came. */
function serviceCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('$fault' in error)) return null;
  return /^[A-Za-z0-9.]{1,80}$/.test(error.name) ? error.name.replace(/Exception$/, '') : 'an error without a code';
}
