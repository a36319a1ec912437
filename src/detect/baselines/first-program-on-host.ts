import { firstSeen } from './first-seen.ts';

/** Program names by host. */
export const programOnHost = firstSeen({
  name: 'first-program-on-host',
  title: 'A program that this host has never run',
  level: 'low',
  techniques: ['T1204'],
  tactics: ['execution'],
  falsePositives: ['New software on one machine', 'A person does something for the first time'],
  kinds: ['process_start'],
  whose: 'host',
  read: ({ host, image }) => (host === undefined || image === undefined ? undefined : { who: host, value: image }),
  what: ({ host, image }) => `${host} ran ${image}`,
  limit: 1468000,
});
