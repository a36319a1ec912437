import { Attribute, Change } from 'ldapts';
import { z } from 'zod';
import type { Check } from '../../../contracts/action.ts';
import type { Receipt, Survey } from '../../../ports/connector.ts';
import { accountById, demandAccount } from './account.ts';
import { refused } from './faults.ts';
import { refuseProtected } from './guard.ts';
import { type Operation, Order, Values } from './operation.ts';
import type { LdapSettings } from './settings.ts';

const Wrote = z.object({ notBefore: z.string() });

function epochOf(settings: LdapSettings): NonNullable<LdapSettings['sessionEpoch']> {
  if (settings.sessionEpoch === undefined) {
    throw refused('sessions cannot be ended through this directory: set sessionEpoch in its settings');
  }
  return settings.sessionEpoch;
}

/** Generalised time to the second in UTC (RFC 4517, 3.3.13). */
const generalised = (ms: number): string => new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '');

/** The second a generalised time names, comparable as text; null for other forms. */
const second = (value: string | undefined): string | null => /^(\d{14})(?:[.,]\d+)?Z$/.exec(value ?? '')?.[1] ?? null;

/**
 * `revoke_sessions`. A directory holds no sessions: it cannot end one, not even its own connections. What it can do is tell the
 * applications that look at it from when on sessions count. So the plan names those applications and promises nothing of others.
 */
export const endSessions: Operation = {
  async survey({ settings }, account, groups): Promise<Survey> {
    const { attribute, honouredBy } = epochOf(settings);
    return {
      arguments: { id: account.id, dn: account.dn, attribute, value: 'the time of execution' },
      before: { values: account.values(attribute) },
      undo: null,
      said: [
        `Sessions begun before the time of execution are refused by: ${honouredBy.join(', ')}.`,
        'Applications that do not look at that attribute, and LDAP connections already open, keep their sessions until they end.',
        ...groups,
      ],
      affects: [],
    };
  },

  async execute(directory, plan): Promise<Receipt> {
    const account = await demandAccount(directory, Order.parse(plan.arguments));
    await refuseProtected(directory, account);
    const { attribute } = epochOf(directory.settings);
    const notBefore = generalised(directory.clock.now());
    const set = second(account.values(attribute)[0]);
    // A later time than now, set by another, already refuses more than ours would.
    if (set !== null && `${set}Z` >= notBefore) return { dn: account.dn, changed: false, notBefore: `${set}Z` };
    const modification = new Attribute({ type: attribute, values: [notBefore] });
    await directory.client.modify(account.dn, new Change({ operation: 'replace', modification }));
    return { dn: account.dn, changed: true, notBefore };
  },

  async verify(directory, plan, receipt): Promise<Check> {
    const order = Order.parse(plan.arguments);
    const { attribute, honouredBy } = epochOf(directory.settings);
    const account = await accountById(directory, order.id);
    if (account === null) return { outcome: 'unknown', saw: `${order.dn} is no longer in the directory.` };
    const values = account.values(attribute);
    const now = second(values[0]);
    if (now === null) return { outcome: 'no', saw: `${attribute} is ${values[0] ?? 'absent'}.` };
    const wrote = Wrote.safeParse(receipt);
    const before = second(Values.parse(plan.before).values[0]);
    const done = wrote.success ? `${now}Z` >= wrote.data.notBefore : before === null || now > before;
    const saw = `${attribute} is ${now}Z. Sessions begun before then end when ${honouredBy.join(', ')} next look; all others stay.`;
    return { outcome: done ? 'yes' : 'no', saw };
  },

  undo: () => Promise.reject(cannotBeUndone()),
  verifyUndone: () => Promise.resolve({ outcome: 'no', saw: 'Sessions that were ended do not come back.' }),
};

const cannotBeUndone = (): Error => refused('sessions that were ended do not come back: people sign in again');
