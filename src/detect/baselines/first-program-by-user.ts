import { firstSeen } from './first-seen.ts';

/** Program names by user. */
export const programByUser = firstSeen({
  name: 'first-program-by-user',
  title: 'A program that this user has never run',
  level: 'low',
  techniques: ['T1204'],
  tactics: ['execution'],
  falsePositives: ['New software', 'A new task of a person'],
  kinds: ['process_start'],
  whose: 'user',
  read: ({ user, image }) => (user === undefined || image === undefined ? undefined : { who: user, value: image }),
  what: ({ user, host, image }) => `${user} ran ${image}${host === undefined ? '' : ` (on ${host})`}`,
  limit: 1468000,
});
