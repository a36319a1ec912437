import { firstSeen } from './first-seen.ts';

/** File names of drivers, over the tenant. */
export const driver = firstSeen({
  name: 'first-driver',
  title: 'A driver that no host had loaded',
  level: 'medium',
  techniques: ['T1068', 'T1014'],
  tactics: ['privilege-escalation', 'defense-evasion'],
  falsePositives: ['New hardware', 'An update of a security product'],
  kinds: ['driver_load'],
  read: ({ object }) => (object === undefined ? undefined : { value: object }),
  what: ({ object, host }, hosts) =>
    `any of ${hosts} hosts loaded the driver ${object} (on ${host ?? 'an unnamed host'})`,
  limit: 183000,
});
