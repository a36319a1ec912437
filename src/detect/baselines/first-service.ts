import { firstSeen } from './first-seen.ts';

/** Names of services installed, over the tenant. */
export const service = firstSeen({
  name: 'first-service',
  title: 'A service that no host had',
  level: 'medium',
  techniques: ['T1543.003'],
  tactics: ['persistence', 'privilege-escalation'],
  falsePositives: ['New software installs its service'],
  kinds: ['service_install'],
  read: ({ object }) => (object === undefined ? undefined : { value: object.toLowerCase() }),
  what: ({ object, host }, hosts) =>
    `any of ${hosts} hosts installed the service ${object} (on ${host ?? 'an unnamed host'})`,
  limit: 183000,
});
