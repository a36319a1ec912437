import type { Entity } from '../contracts/entity.ts';
import { isBuiltInAccount } from '../contracts/names.ts';
import type { Reach } from '../contracts/response.ts';
import type { EventFact, EventLake } from '../ports/event-lake.ts';

/** Events looked through for one answer: enough to know who works where, bounded whatever the host does. */
const MOST_EVENTS = 5000;
const MOST_NAMED = 50;

/** What a lake shows of an entity's reach: counts as the lake has them, names as far as the latest events tell. */
export function reachIn(lake: EventLake, entity: Entity): Reach {
  return reaches[entity.kind]?.(lake, entity.value) ?? { said: [], affects: [] };
}

const reaches: Partial<Record<Entity['kind'], (lake: EventLake, value: string) => Reach>> = {
  host(lake, host) {
    const users = distinct(lake.ofHost(host, 0, Number.MAX_SAFE_INTEGER, MOST_EVENTS), ({ activity }) => activity.user);
    const people = users.filter((user) => !isBuiltInAccount(user));
    const seen = Math.max(lake.usersOn(host), people.length);
    return {
      said: [`${counted(seen, 'account of people was', 'accounts of people were')} seen active on it`],
      affects: people.map((value) => ({ kind: 'user', value })),
    };
  },
  user(lake, user) {
    const events = lake.ofUser(user, 0, Number.MAX_SAFE_INTEGER, MOST_EVENTS, true);
    const hosts = distinct(events, ({ activity }) => activity.host);
    return {
      said: [
        `Seen on ${counted(hosts.length, 'host', 'hosts')} of ${lake.hostCount()}${events.length === MOST_EVENTS ? ` in its last ${MOST_EVENTS} events` : ''}`,
      ],
      affects: hosts.map((value) => ({ kind: 'host', value })),
    };
  },
  cloud_principal(lake, principal) {
    const events = lake.ofPrincipal(principal, 0, Number.MAX_SAFE_INTEGER, MOST_EVENTS, true);
    const from = distinct(events, ({ activity }) => activity.sourceAddress);
    return {
      said: [`${counted(events.length, 'call', 'calls')} seen, from ${counted(from.length, 'address', 'addresses')}`],
      affects: from.map((value) => ({ kind: 'address', value })),
    };
  },
  address(lake, address) {
    const talked = lake.addressPrevalence(address);
    const called = lake.callerPrevalence(address);
    const owner = lake.hostAt(address);
    return {
      said: [
        `${talked.seenOn} of ${counted(talked.outOf, 'host', 'hosts')} that reported connections talked to it, ${counted(talked.times, 'time', 'times')}`,
        `${called.seenOn} of ${counted(called.outOf, 'account', 'accounts')} acted from it`,
        ...(owner === undefined ? [] : [`It is an address of host ${owner}`]),
      ],
      affects: owner === undefined ? [] : [{ kind: 'host', value: owner }],
    };
  },
};

function counted(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

function distinct(events: readonly EventFact[], read: (event: EventFact) => string | undefined): string[] {
  const values = new Set<string>();
  for (const event of events) {
    const value = read(event);
    if (value !== undefined && value !== '') values.add(value);
    if (values.size === MOST_NAMED) break;
  }
  return [...values].sort();
}
