import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls';
import { Client } from 'ldapts';
import type { Clock } from '../../../ports/clock.ts';
import type { Secrets } from '../../../ports/secrets.ts';
import { asFault, refused } from './faults.ts';
import { hostOf, type LdapSettings } from './settings.ts';

/** What a connector is given by the host. */
export interface LdapGround {
  readonly tenant: string;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

/** A directory that let us in. */
export interface Directory {
  readonly client: Client;
  readonly settings: LdapSettings;
  readonly clock: Clock;
  /** Who the directory says we are: `dn:...` or `u:...` (RFC 4532); null where it does not say. */
  readonly self: string | null;
}

const CONNECT_MS = 10_000;
const ANSWER_MS = 15_000;
/** Above the sum of what one call may take, so that a directory that drips answers ends too. */
const WHOLE_MS = 60_000;
const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';

function security(settings: LdapSettings): ConnectionOptions {
  const host = hostOf(settings.url);
  return {
    host,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(settings.caCertificate === undefined ? {} : { ca: [settings.caCertificate] }),
  };
}

/**
 * One connection and no second: the client would reconnect by itself, and a bind after StartTLS was cut would then carry the
 * password in the clear.
 */
function oneConnection(): { open: <S extends Socket>(make: () => S) => S; end(): void } {
  let socket: Socket | undefined;
  return {
    open(make) {
      if (socket !== undefined) throw new Error('the connection ended');
      const made = make();
      socket = made;
      return made;
    },
    end: () => socket?.destroy(),
  };
}

/**
 * Connects, binds as the service account, runs `work` and disconnects, whatever happened. `signal` ends it at once. Throws as
 * ports/connector.ts says.
 */
export async function withDirectory<T>(
  { tenant, secrets, clock }: LdapGround,
  settings: LdapSettings,
  signal: AbortSignal,
  work: (directory: Directory) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(WHOLE_MS)]);
  const line = oneConnection();
  const converse = async (): Promise<T> => {
    const password = await secrets.read(tenant, settings.passwordSecret);
    // RFC 4513, 5.1.2: a name without a password is let in as nobody.
    if (password === '') throw refused(`the secret ${settings.passwordSecret} is empty: it must be a password`);
    const options = security(settings);
    const secure = settings.url.startsWith('ldaps:');
    const client = new Client({
      url: settings.url,
      connectTimeout: CONNECT_MS,
      timeout: ANSWER_MS,
      ...(secure
        ? {
            tlsOptions: options,
            createSecureConnection: ((port: number, host: string, given: ConnectionOptions) =>
              line.open(() => connectSecurely(port, host, given))) as typeof connectSecurely,
          }
        : {
            createConnection: ((port: number, host: string) => line.open(() => connect(port, host))) as typeof connect,
          }),
    });
    if (settings.startTls) await client.startTLS(options);
    await client.bind(settings.bindDn, password);
    const self = await client.exop(WHO_AM_I).then(
      ({ value }) => value ?? null,
      () => null,
    );
    return work({ client, settings, clock, self });
  };
  let stop: (() => void) | undefined;
  try {
    limit.throwIfAborted();
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(limit.reason);
      limit.addEventListener('abort', stop, { once: true });
    });
    return await Promise.race([stopped, converse()]);
  } catch (error) {
    throw asFault(error, settings, limit.aborted);
  } finally {
    if (stop !== undefined) limit.removeEventListener('abort', stop);
    line.end();
  }
}
