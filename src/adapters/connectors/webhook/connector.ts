import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { SecretName } from '../../../contracts/connector.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { Receipt } from '../../../ports/connector.ts';
import { Destinations } from '../network/destinations.ts';
import { exchange, statusFailure } from '../network/exchange.ts';
import { notifying, type Telling } from '../notice/notifying.ts';
import type { ConnectorRoom } from '../room.ts';

/** Settings of a signed webhook: a receiver of one's own that checks who speaks. */
export const WebhookSettings = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2000),
  destinations: Destinations,
  /** Shared with the receiver; at least 16 characters, better 32 random bytes. */
  signingSecret: SecretName,
  /** The receiver takes each `Bridgewatch-Delivery` once, so that sending again is harmless. */
  countsByKey: z.boolean().default(false),
  caCertificate: z.string().max(20_000).optional(),
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
});
export type WebhookSettings = z.infer<typeof WebhookSettings>;

const SHORTEST_SECRET = 16;
/** Before the second and the third try, in ms; then whoever asked is told. */
const PAUSES = [250, 1000];

/** `v1=` and the HMAC-SHA-256 (RFC 2104) of `<timestamp>.<body>` in hexadecimal. */
export function signatureOf(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`, 'utf8').digest('hex')}`;
}

/** Notices as signed JSON. Each try is signed anew with its time and carries the key of its delivery, the same for every try. */
export function webhookConnector(settings: WebhookSettings, room: ConnectorRoom): Telling {
  const { url, signingSecret, countsByKey } = settings;
  const place = new URL(url).origin;
  return notifying(
    {
      repeatable: countsByKey,
      recipient: (asked) => (typeof asked === 'string' ? asked.slice(0, 200).toWellFormed() : ''),
      says: () => `a signed message to ${place}`,
      async tell(tenant, to, notice, key, signal) {
        const secret = await room.secrets.read(tenant, signingSecret);
        if (secret.length < SHORTEST_SECRET) {
          throw new BridgewatchError(
            'CONNECTOR_REFUSED',
            `secret ${signingSecret} has fewer than ${SHORTEST_SECRET} characters; it signs nothing`,
            400,
          );
        }
        const body = JSON.stringify({ v: 1, tenant, key, to, ...notice });
        for (let attempt = 0; ; attempt++) {
          try {
            return await post(settings, room, { secret, body, key, signal });
          } catch (error) {
            const wait = PAUSES[attempt];
            if (wait === undefined || signal.aborted || !mayHelp(error)) throw error;
            await pause(wait, undefined, { signal }).catch(() => undefined);
          }
        }
      },
    },
    room.consoleUrl,
  );
}

/** What may have been taken already is never among these, unless the receiver counts. */
function mayHelp(error: unknown): boolean {
  return error instanceof BridgewatchError && ['CONNECTOR_UNREACHABLE', 'CONNECTOR_TIMEOUT'].includes(error.code);
}

async function post(
  settings: WebhookSettings,
  room: ConnectorRoom,
  { secret, body, key, signal }: { secret: string; body: string; key: string; signal: AbortSignal },
): Promise<Receipt> {
  const timestamp = Math.floor(room.clock.now() / 1000);
  const { url, destinations, caCertificate, timeoutMs, countsByKey: repeatable } = settings;
  const answer = await exchange(
    {
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'bridgewatch-timestamp': String(timestamp),
        'bridgewatch-signature': signatureOf(secret, timestamp, body),
        'bridgewatch-delivery': key,
      },
      body,
      // The signature gives nothing away, and yet a signed message is not for another origin.
      carriesSecrets: true,
    },
    { network: room.network, destinations, caCertificate, timeoutMs, repeatable, signal },
  );
  if (answer.status < 200 || answer.status > 299) throw statusFailure(answer, repeatable);
  return { taken: true, by: answer.origin, status: answer.status };
}
