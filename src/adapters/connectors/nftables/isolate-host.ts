import { randomBytes } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { ActionPlan, Check } from '../../../contracts/action.ts';
import { plainText } from '../../../contracts/plain-text.ts';
import type { Survey } from '../../../ports/connector.ts';
import { invalidOrder, protectedTarget, refused, unknownTarget } from './faults.ts';
import { flawOf, type Isolation, isGone, isolateScript, isolationsIn, releaseScript } from './isolation.ts';
import { apply, applyConfirmed, type Sight, see } from './machine.ts';
import type { Operation } from './operation.ts';
import { markOf } from './script.ts';
import type { NftablesSettings, Place } from './settings.ts';

const Arguments = z.object({
  mark: z.string(),
  host: z.string(),
  management: z.array(z.string()),
  port: z.number(),
  dhcp: z.boolean(),
});

/** The settings of a host that may be isolated. */
function placeOf({ hosts, gateways, protectedHosts }: NftablesSettings, host: string): Place {
  const place = Object.hasOwn(hosts, host) ? hosts[host] : undefined;
  if (place === undefined) throw unknownTarget(`no host "${plainText(host, 80)}" is in the settings of this connector`);
  if (protectedHosts.some((name) => name.toLowerCase() === host))
    throw protectedTarget(`${host} is among the protected hosts`);
  if (Object.values(gateways).some(({ address }) => address === place.address)) {
    throw protectedTarget(`${host} is a gateway: isolating it would cut off everyone behind it`);
  }
  return place;
}

/** The machine this server runs on is reached from its own address. */
function refuseSelf(host: string, { from, to }: Sight): void {
  if (from === to || (ipaddr.isValid(to) && ipaddr.process(to).range() === 'loopback')) {
    throw protectedTarget(`${host} is the machine this server runs on`);
  }
}

function isolationOf(plan: ActionPlan): Isolation & { readonly host: string } {
  const { mark, host, management, port, dhcp } = Arguments.parse(plan.arguments);
  return { mark: markOf(mark), host, finding: plan.finding, place: { management, port, dhcp } };
}

const covers = (cidr: string, address: string): boolean => {
  const [range, at] = [ipaddr.parseCIDR(cidr), ipaddr.process(address)];
  return range[0].kind() === at.kind() && at.match(range);
};

/** `isolate_host`: the machine speaks to nobody but those who manage it. */
export const isolateHost: Operation = {
  async survey(reach, { target }): Promise<Survey> {
    if (target.kind !== 'host') throw invalidOrder(`a host is isolated, not a ${target.kind}`);
    const place = placeOf(reach.settings, target.value);
    const sight = await see(reach, place);
    refuseSelf(target.value, sight);
    const { management, port, dhcp } = place;
    const others = isolationsIn(sight.listing);
    const notes = [
      `All IPv4 and IPv6 traffic of ${target.value} is dropped, of containers and machines behind it too, except SSH on port ${port} with ${management.join(', ')}.`,
      'Connections that are open are cut, not closed: those that last longer than the isolation go on after it.',
      ...(others.length === 0
        ? []
        : [`It is isolated already, by ${others.length} other action(s), which stay in force.`]),
      ...(management.some((cidr) => covers(cidr, sight.from))
        ? []
        : [
            `This server reaches it from ${sight.from}, which is not in its management ranges: without address translation between, the change will be taken back.`,
          ]),
    ];
    return {
      arguments: {
        mark: randomBytes(8).toString('hex'),
        host: target.value,
        address: place.address,
        management,
        port,
        dhcp,
      },
      before: { isolations: others },
      undo: 'takes the rules of this action out of the table inet bridgewatch; no other rule was touched',
      said: notes,
      affects: [],
    };
  },

  async execute(reach, plan) {
    const isolation = isolationOf(plan);
    const place = placeOf(reach.settings, isolation.host);
    const now = JSON.stringify([place.management, place.port, place.dhcp]);
    const planned = JSON.stringify([isolation.place.management, isolation.place.port, isolation.place.dhcp]);
    if (now !== planned) throw refused(`the settings of ${isolation.host} changed since the plan: plan again`);
    const outcome = await applyConfirmed(reach, place, (sight) => {
      refuseSelf(isolation.host, sight);
      if (flawOf(isolation, sight.listing) === null) return null;
      return {
        trial: isolateScript(isolation, reach.settings.confirmWithin),
        forGood: isolateScript(isolation, null),
        back: releaseScript(isolation.mark),
      };
    });
    return { [isolation.host]: outcome };
  },

  async verify(reach, plan): Promise<Check> {
    const isolation = isolationOf(plan);
    const { listing } = await see(reach, undoablePlace(reach.settings, isolation.host));
    const flaw = flawOf(isolation, listing);
    if (flaw !== null) return { outcome: 'no', saw: `On ${isolation.host} ${flaw}.` };
    return {
      outcome: 'yes',
      saw: `${isolation.host} drops all but management; a new SSH connection was let in to read that.`,
    };
  },

  async undo(reach, plan) {
    const { host, mark } = isolationOf(plan);
    await apply(reach, undoablePlace(reach.settings, host), releaseScript(mark));
    return { [host]: 'released' };
  },

  async verifyUndone(reach, plan): Promise<Check> {
    const { host, mark } = isolationOf(plan);
    const { listing } = await see(reach, undoablePlace(reach.settings, host));
    if (!isGone(mark, listing)) return { outcome: 'no', saw: `Rules of this action are still on ${host}.` };
    const others = isolationsIn(listing).length;
    const rest = others === 0 ? 'no other isolates it' : `it stays isolated by ${others} other action(s)`;
    return { outcome: 'yes', saw: `Nothing of this action is left on ${host}; ${rest}.` };
  },
};

/** As `placeOf`, for putting things right: a host that was protected or became a gateway since must still be released. */
function undoablePlace({ hosts }: NftablesSettings, host: string): Place {
  const place = Object.hasOwn(hosts, host) ? hosts[host] : undefined;
  if (place === undefined) throw unknownTarget(`${host} is no longer in the settings of this connector`);
  return place;
}
