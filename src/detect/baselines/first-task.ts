import { firstSeen } from './first-seen.ts';

/** Names of scheduled tasks, over the tenant. */
export const task = firstSeen({
  name: 'first-task',
  title: 'A scheduled task that no host had',
  level: 'medium',
  techniques: ['T1053.005'],
  tactics: ['persistence', 'execution'],
  falsePositives: ['New software schedules its updates'],
  kinds: ['task'],
  read: ({ object }) => (object === undefined ? undefined : { value: object.toLowerCase() }),
  what: ({ object, host }, hosts) => `any of ${hosts} hosts had the task ${object} (on ${host ?? 'an unnamed host'})`,
  limit: 183000,
});
