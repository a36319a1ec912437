import { firstSeen } from './first-seen.ts';

/** Remote addresses by program, over all hosts of the tenant: what browsers do says nothing of others. */
export const addressByProgram = firstSeen({
  name: 'first-address-by-program',
  title: 'A program that talks to an address new to it',
  level: 'low',
  techniques: ['T1071'],
  tactics: ['command-and-control'],
  falsePositives: ['A service moves to other addresses'],
  kinds: ['network'],
  whose: 'program',
  read: ({ image, remoteAddress }) =>
    image === undefined || remoteAddress === undefined ? undefined : { who: image, value: remoteAddress },
  what: ({ image, remoteAddress, host }, hosts) =>
    `${image} on any of ${hosts} hosts spoke to ${remoteAddress} (on ${host ?? 'an unnamed host'})`,
  limit: 734000,
});
