import { firstSeen } from './first-seen.ts';

/** Program names over the tenant. */
export const programInTenant = firstSeen({
  name: 'first-program-in-tenant',
  title: 'A program that nobody here has ever run',
  level: 'medium',
  techniques: ['T1204'],
  tactics: ['execution'],
  falsePositives: ['A new piece of software begins on one machine'],
  kinds: ['process_start'],
  read: ({ image }) => (image === undefined ? undefined : { value: image }),
  what: ({ host, image }, hosts) => `any of ${hosts} hosts ran ${image} (on ${host ?? 'an unnamed host'})`,
  limit: 734000,
});
