import { z } from 'zod';
import { SecretName } from '../../../contracts/connector.ts';
import type { Destination } from '../network/destinations.ts';
import { Destinations } from '../network/destinations.ts';
import { exchange, statusFailure } from '../network/exchange.ts';
import { notifying, type Telling } from '../notice/notifying.ts';
import type { ConnectorRoom } from '../room.ts';
import { slackBody, teamsBody } from './bodies.ts';

/** Where the services themselves take webhooks. */
const homes: Readonly<Record<'slack' | 'teams', readonly Destination[]>> = {
  slack: [{ origin: 'https://hooks.slack.com', ranges: [] }],
  teams: ['webhook.office.com', 'logic.azure.com', 'environment.api.powerplatform.com'].map((domain) => ({
    origin: `https://*.${domain}`,
    ranges: [],
  })),
};
const bodies = { slack: slackBody, teams: teamsBody };

/** Settings of a chat's webhook. Its whole address is a secret: whoever has it may write to the channel. */
export const ChatSettings = z.strictObject({
  shape: z.enum(['slack', 'teams']),
  urlSecret: SecretName,
  /** Another service of the same shape; absent, the service's own addresses. */
  destinations: Destinations.optional(),
  caCertificate: z.string().max(20_000).optional(),
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
});
export type ChatSettings = z.infer<typeof ChatSettings>;

/** Messages to one channel. These webhooks count by nothing, so a message is never sent a second time unasked. */
export function chatConnector(settings: ChatSettings, room: ConnectorRoom): Telling {
  const { shape, urlSecret, destinations = homes[shape], caCertificate, timeoutMs } = settings;
  return notifying(
    {
      repeatable: false,
      // The webhook's channel is the recipient; whatever else was asked for cannot be had.
      recipient: () => 'channel',
      says: () => `a message to the channel of ${urlSecret} (${shape})`,
      async tell(tenant, _to, notice, _key, signal) {
        const url = await room.secrets.read(tenant, urlSecret);
        const answer = await exchange(
          {
            method: 'POST',
            url: url.trim(),
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(bodies[shape](notice)),
            carriesSecrets: false,
            secretUrl: true,
          },
          { network: room.network, destinations, caCertificate, timeoutMs, repeatable: false, signal },
        );
        if (answer.status !== 200 && answer.status !== 202) throw statusFailure(answer, false);
        return { taken: true, by: answer.origin, status: answer.status };
      },
    },
    room.consoleUrl,
  );
}
