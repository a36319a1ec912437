import type { Entity } from '../../contracts/entity.ts';
import type { ActivityKind } from '../../contracts/event.ts';
import type { Sighting } from './sighting.ts';

/** One way of reaching many: who reaches, and what is counted. */
export interface Measure {
  readonly name: string;
  readonly kinds: ReadonlySet<ActivityKind>;
  readonly who: (sighting: Sighting) => Entity | undefined;
  /** What is reached, one text for each that counts. */
  readonly what: (sighting: Sighting) => string | undefined;
  /** As in "ana logged on to 37 hosts within an hour". */
  readonly did: string;
  readonly things: string;
  /** Spoken of those without a past as well, by their peers' alone: whoever comes from outside has none. */
  readonly isFromOutside: boolean;
}

function named(kind: Entity['kind'], value: string | undefined): Entity | undefined {
  return value === undefined ? undefined : { kind, value };
}

function caller({ host, sourceAddress }: Sighting): Entity | undefined {
  return named('host', host) ?? named('address', sourceAddress);
}

/** Without a port it is somebody calling in. */
function called({ remoteAddress, remotePort }: Sighting): string | undefined {
  return remotePort === undefined ? undefined : remoteAddress;
}

const logon = new Set(['logon'] as const);
const network = new Set(['network'] as const);

export const measures: readonly Measure[] = [
  {
    name: 'hosts-by-account',
    kinds: logon,
    who: ({ user }) => named('user', user),
    what: ({ host }) => host,
    did: 'logged on to',
    things: 'hosts',
    isFromOutside: false,
  },
  {
    name: 'hosts-by-source',
    kinds: logon,
    who: ({ sourceAddress }) => named('address', sourceAddress),
    what: ({ host }) => host,
    did: 'was logged on from to',
    things: 'hosts',
    isFromOutside: false,
  },
  {
    name: 'addresses',
    kinds: network,
    who: caller,
    what: called,
    did: 'called',
    things: 'addresses',
    isFromOutside: false,
  },
  {
    name: 'ports',
    kinds: network,
    who: caller,
    what: (sighting) => {
      const address = called(sighting);
      return address === undefined ? undefined : `${address} ${sighting.remotePort}`;
    },
    did: 'called',
    things: 'ports (of all addresses together)',
    isFromOutside: false,
  },
  {
    name: 'refused-accounts',
    kinds: new Set(['logon_failure', 'sign_in_failure'] as const),
    who: ({ sourceAddress, host }) => named('address', sourceAddress) ?? named('host', host),
    what: ({ targetUser, user, principal }) => targetUser ?? user ?? principal,
    did: 'was refused as',
    things: 'accounts',
    isFromOutside: true,
  },
];
