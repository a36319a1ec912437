import { z } from 'zod';
import type { ActionPlan, Check } from '../../../contracts/action.ts';
import type { Connector, Receipt } from '../../../ports/connector.ts';
import type { Notice, Notifier } from '../../../ports/notifier.ts';
import { invalid } from '../http/values.ts';
import { noticeOf, plainNotice } from './words.ts';

/** What a way of telling people must bring; the rest is the same for all. */
export interface Teller {
  readonly repeatable: boolean;
  /** Whom an order or a caller means, as this way addresses them. Throws `CONNECTOR_ORDER_INVALID` for anyone it may not tell. */
  recipient(asked: unknown): string;
  /** Sentence for the plan: where it goes. */
  says(to: string): string;
  /** Resolves with what proves that the other side has taken it. */
  tell(tenant: string, to: string, notice: Notice, key: string, signal: AbortSignal): Promise<Receipt>;
}

const NoticePlan = z.strictObject({
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  link: z.string().nullable(),
});
const Taken = z.looseObject({ taken: z.literal(true), by: z.string() });

/** `tenant` is whose secrets a notice is sent with. */
export type Telling = Connector & { notifier(tenant: string): Notifier };

/**
 * A connector of kind notify_owner, and a notifier, out of one way of telling people. What was told cannot be taken back. That the other
 * side took it is all anybody can know; without a receipt even that is not known.
 */
export function notifying(teller: Teller, consoleUrl: string | null): Telling {
  return {
    kinds: ['notify_owner'],
    repeatable: teller.repeatable,

    async survey(order) {
      const to = teller.recipient(order.parameters.to);
      const notice = noticeOf(order, consoleUrl);
      return { arguments: { to, ...notice }, before: {}, undo: null, said: [teller.says(to)], affects: [] };
    },

    async execute(plan, run) {
      const { to, ...notice } = noticePlanOf(plan);
      return await teller.tell(plan.tenant, teller.recipient(to), plainNotice(notice, consoleUrl), run.key, run.signal);
    },

    async verify(_plan, receipt): Promise<Check> {
      const taken = Taken.safeParse(receipt);
      if (!taken.success) return { outcome: 'unknown', saw: 'no receipt: whether it arrived cannot be read back' };
      return { outcome: 'yes', saw: `${taken.data.by} took it; whether anybody has read it is not known` };
    },

    async undo(): Promise<never> {
      throw invalid('what people were told cannot be taken back');
    },

    async verifyUndone(): Promise<Check> {
      return { outcome: 'no', saw: 'what people were told cannot be taken back' };
    },

    notifier: (tenant) => ({
      async send(to, notice, key, signal) {
        await teller.tell(tenant, teller.recipient(to), plainNotice(notice, consoleUrl), key, signal);
      },
    }),
  };
}

function noticePlanOf(plan: ActionPlan): z.infer<typeof NoticePlan> {
  const parsed = NoticePlan.safeParse(plan.arguments);
  if (!parsed.success) throw invalid(`the plan's arguments are no notice: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
