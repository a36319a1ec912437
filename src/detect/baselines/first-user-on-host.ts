import { firstSeen } from './first-seen.ts';

/** Accounts by host; computer accounts are not people. */
export const userOnHost = firstSeen({
  name: 'first-user-on-host',
  title: 'A user on a host where they have never been',
  level: 'low',
  techniques: ['T1078', 'T1021'],
  tactics: ['lateral-movement', 'initial-access'],
  falsePositives: ['Somebody moves desks', 'An administrator helps out'],
  kinds: ['logon', 'process_start'],
  whose: 'host',
  read: ({ host, user, kind, targetUser }) => {
    const who = kind === 'logon' ? (targetUser ?? user) : user;
    return host === undefined || who === undefined || who.endsWith('$') ? undefined : { who: host, value: who };
  },
  what: ({ host, user, kind, targetUser }) =>
    `${(kind === 'logon' ? (targetUser ?? user) : user) ?? ''} was on ${host}`,
  limit: 1468000,
});
