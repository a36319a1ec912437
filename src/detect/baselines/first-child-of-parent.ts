import { firstSeen } from './first-seen.ts';

/** Pairs of parent and child over the tenant. */
export const childOfParent = firstSeen({
  name: 'first-child-of-parent',
  title: 'A program under a parent that never started it',
  level: 'medium',
  techniques: ['T1204', 'T1059'],
  tactics: ['execution'],
  falsePositives: ['An update changes how a program starts another'],
  kinds: ['process_start'],
  read: ({ image, parent }) =>
    image === undefined || parent === undefined ? undefined : { value: `${parent}|${image}` },
  what: ({ host, image, parent }, hosts) =>
    `any of ${hosts} hosts ran ${image} under ${parent} (on ${host ?? 'an unnamed host'})`,
  limit: 734000,
});
