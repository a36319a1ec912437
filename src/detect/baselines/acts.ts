import type { ActivityKind } from '../../contracts/event.ts';
import type { Sighting } from './sighting.ts';

/** Whose hours are counted. */
export type Actor = 'host' | 'user' | 'cloud_principal';

/** A thing that is done so many times an hour. */
export interface Act {
  /** As the sentence says it, plural. */
  readonly name: string;
  readonly kinds: readonly ActivityKind[];
  readonly by: readonly Actor[];
  /** Fewer in an hour matter to nobody, however unusual. */
  readonly atLeast: number;
  readonly failuresOnly?: true;
}

export const acts: readonly Act[] = [
  {
    name: 'failed logons',
    kinds: ['logon_failure', 'sign_in_failure'],
    by: ['host', 'user', 'cloud_principal'],
    atLeast: 20,
  },
  { name: 'logons', kinds: ['logon', 'sign_in'], by: ['host', 'user', 'cloud_principal'], atLeast: 60 },
  { name: 'file accesses', kinds: ['file', 'share_access'], by: ['host', 'user', 'cloud_principal'], atLeast: 300 },
  { name: 'connections', kinds: ['network'], by: ['host'], atLeast: 400 },
  { name: 'name lookups', kinds: ['dns'], by: ['host'], atLeast: 400 },
  { name: 'process starts', kinds: ['process_start'], by: ['host', 'user'], atLeast: 200 },
  { name: 'scripts', kinds: ['script'], by: ['host'], atLeast: 100 },
  { name: 'directory accesses', kinds: ['directory_access'], by: ['user'], atLeast: 200 },
  {
    name: 'changes of accounts, services and tasks',
    kinds: ['account_change', 'service_install', 'task'],
    by: ['user'],
    atLeast: 20,
  },
  { name: 'API calls', kinds: ['api_call'], by: ['cloud_principal'], atLeast: 200 },
  { name: 'refused API calls', kinds: ['api_call'], by: ['cloud_principal'], atLeast: 20, failuresOnly: true },
];

/** Accounts that are the machine itself: what they do is the host's. */
const machine = new Set(['system', 'local service', 'network service', 'anonymous logon', '-', 'root']);

/** Whether a name is that of the machine rather than of somebody. */
export function isMachineAccount(user: string): boolean {
  return user.endsWith('$') || machine.has(user) || user.startsWith('dwm-') || user.startsWith('umfd-');
}

/** Who did it, by that kind of name; undefined where nobody is named. */
export function actorOf(sighting: Sighting, kind: Actor): string | undefined {
  if (kind === 'host') return sighting.host;
  if (kind === 'cloud_principal') return sighting.principal;
  const user = sighting.user ?? sighting.targetUser;
  return user === undefined || isMachineAccount(user) ? undefined : user;
}
