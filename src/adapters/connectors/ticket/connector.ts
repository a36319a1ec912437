import { z } from 'zod';
import type { Connector } from '../../../ports/connector.ts';
import { httpConnector } from '../http/connector.ts';
import { HttpSettings, RequestTemplate } from '../http/settings.ts';
import { noticeOf } from '../notice/words.ts';
import type { ConnectorRoom } from '../room.ts';

/** Settings of a ticket system with an HTTP API: the HTTP connector with one request, which carries `Idempotency-Key`. */
export const TicketSettings = z.strictObject({
  destinations: HttpSettings.shape.destinations,
  caCertificate: HttpSettings.shape.caCertificate,
  timeoutMs: HttpSettings.shape.timeoutMs,
  /** `{{parameters.title}}`, `{{parameters.text}}` and `{{parameters.link}}` are made from the finding. */
  create: RequestTemplate,
  /** JSON pointer to the new ticket's id in the answer. */
  id: z.string().max(200).startsWith('/'),
  /** The system opens one ticket for one `Idempotency-Key`, so that asking again is harmless. */
  countsByKey: z.boolean().default(false),
});
export type TicketSettings = z.infer<typeof TicketSettings>;

const Opened = z.looseObject({ origin: z.string(), kept: z.looseObject({ id: z.string().min(1) }) });

/** Opens tickets. One that was opened is closed by people, in the ticket system. */
export function ticketConnector({ create, id, countsByKey, ...rest }: TicketSettings, room: ConnectorRoom): Connector {
  const http = httpConnector(
    HttpSettings.parse({
      ...rest,
      kinds: {
        open_ticket: { execute: create, keep: { id }, idempotencyHeader: 'Idempotency-Key', mayRepeat: countsByKey },
      },
    }),
    room,
  );
  return {
    ...http,
    async survey(order, signal) {
      const { subject: title, text, link } = noticeOf(order, room.consoleUrl);
      const parameters = { ...order.parameters, title, text, link: link ?? '' };
      return { ...(await http.survey({ ...order, parameters }, signal)), affects: [] };
    },
    async verify(_plan, receipt) {
      const opened = Opened.safeParse(receipt);
      if (!opened.success)
        return { outcome: 'unknown', saw: 'no receipt with a ticket id: whether one was opened is not known' };
      return { outcome: 'yes', saw: `${opened.data.origin} opened ticket ${opened.data.kept.id}` };
    },
  };
}
