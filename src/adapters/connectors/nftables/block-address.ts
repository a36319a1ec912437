import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ActionPlan, Check } from '../../../contracts/action.ts';
import { plainText } from '../../../contracts/plain-text.ts';
import type { ActionOrder, Survey } from '../../../ports/connector.ts';
import {
  type Block,
  blockFlaw,
  blockScript,
  isHeld,
  isListed,
  restoreScript,
  unblockScript,
  wishesFor,
} from './blocking.ts';
import { invalidOrder, refused, unknownTarget } from './faults.ts';
import type { Listing } from './listing.ts';
import { apply, applyConfirmed, see } from './machine.ts';
import type { Operation, Reach } from './operation.ts';
import { addressOf, refuseProtectedAddress } from './protected.ts';
import { markOf } from './script.ts';
import type { NftablesSettings, Place } from './settings.ts';

const Arguments = z.object({ mark: z.string(), address: z.string(), gateways: z.array(z.string()).min(1) });
const Wanted = z.array(z.string().max(253)).min(1).max(100);

function gatewayOf({ gateways }: NftablesSettings, name: string): Place {
  const place = Object.hasOwn(gateways, name) ? gateways[name] : undefined;
  if (place === undefined)
    throw unknownTarget(`no gateway "${plainText(name, 80)}" is in the settings of this connector`);
  return place;
}

/** All gateways, or those that the order names. */
function gatewaysFor({ gateways }: NftablesSettings, { parameters }: ActionOrder): readonly string[] {
  const all = Object.keys(gateways).sort();
  if (!Object.hasOwn(parameters, 'gateways')) return all;
  const wanted = Wanted.safeParse(parameters.gateways);
  const known = wanted.success ? [...new Set(wanted.data)].filter((name) => all.includes(name)) : [];
  if (!wanted.success || known.length !== new Set(wanted.data).size) {
    throw invalidOrder(`the parameter gateways must be a list of some of: ${all.join(', ')}`);
  }
  return known.sort();
}

function blockOf(plan: ActionPlan): Block & { readonly gateways: readonly string[] } {
  const { mark, address, gateways } = Arguments.parse(plan.arguments);
  const written = addressOf({ kind: 'address', value: address });
  if (written !== address) throw refused(`the plan writes ${written} otherwise: it was not made by this connector`);
  return { mark: markOf(mark), address, gateways, finding: plan.finding };
}

/** `block_address`: the gateways let nothing pass to or from one address, for themselves and for those behind them. */
export const blockAddress: Operation = {
  async survey(reach, order): Promise<Survey> {
    const address = addressOf(order.target);
    refuseProtectedAddress(reach.settings, address, []);
    const names = gatewaysFor(reach.settings, order);
    const before: Record<string, readonly string[]> = {};
    const said: string[] = [];
    for (const name of names) {
      const sight = await see(reach, gatewayOf(reach.settings, name));
      refuseProtectedAddress(reach.settings, address, [sight.from, sight.to]);
      const wishes = wishesFor(address, sight.listing);
      before[name] = wishes;
      said.push(
        `${name} drops every packet from and to ${address}, its own and those it forwards; open connections are cut.`,
      );
      if (wishes.length > 0)
        said.push(`${name} blocks it already, for ${wishes.length} other action(s), which stay in force.`);
    }
    return {
      arguments: { mark: randomBytes(8).toString('hex'), address, gateways: names },
      before: { blockedFor: before },
      undo: 'takes the address out of the set on each gateway, unless another action wants it there; no other rule was touched',
      said,
      affects: [],
    };
  },

  async execute(reach, plan) {
    const block = blockOf(plan);
    const outcomes: Record<string, string> = {};
    for (const name of block.gateways) {
      outcomes[name] = await applyConfirmed(reach, gatewayOf(reach.settings, name), ({ listing, from, to }) => {
        refuseProtectedAddress(reach.settings, block.address, [from, to]);
        if (blockFlaw(block, listing) === null) return null;
        const others = wishesFor(block.address, listing).filter((mark) => mark !== block.mark);
        // On trial for another action it would run out with that trial: then it is ours to hold.
        const held = isHeld(block.address, listing);
        return {
          trial: blockScript(block, reach.settings.confirmWithin, held),
          forGood: blockScript(block, null, false),
          back: unblockScript(block, others.length > 0),
        };
      });
    }
    return outcomes;
  },

  async verify(reach, plan): Promise<Check> {
    const block = blockOf(plan);
    const flaws: string[] = [];
    for (const name of block.gateways) {
      const flaw = blockFlaw(block, (await see(reach, gatewayOf(reach.settings, name))).listing);
      if (flaw !== null) flaws.push(`on ${name} ${flaw}`);
    }
    if (flaws.length > 0) return { outcome: 'no', saw: `${flaws.join('; ')}.` };
    return {
      outcome: 'yes',
      saw: `${block.gateways.join(', ')}: ${block.address} is in the set whose packets are dropped.`,
    };
  },

  async undo(reach, plan) {
    const block = blockOf(plan);
    const outcomes: Record<string, string> = {};
    const failures: unknown[] = [];
    for (const name of block.gateways) {
      // One gateway that cannot be reached is no reason to leave the others blocking.
      try {
        outcomes[name] = await release(reach, gatewayOf(reach.settings, name), block);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return outcomes;
  },

  async verifyUndone(reach, plan): Promise<Check> {
    const { address, gateways, mark } = blockOf(plan);
    const saw: string[] = [];
    let undone = true;
    for (const name of gateways) {
      const { listing } = await see(reach, gatewayOf(reach.settings, name));
      const wishes = wishesFor(address, listing);
      const there = isListed(address, listing);
      if (wishes.includes(mark) || (there && wishes.length === 0)) undone = false;
      saw.push(`${name}: ${there ? `blocked for ${wishes.length} other action(s)` : 'not blocked'}`);
    }
    return { outcome: undone ? 'yes' : 'no', saw: `${address} on ${saw.join('; ')}.` };
  },
};

async function release(reach: Reach, place: Place, block: Block): Promise<string> {
  const othersIn = (listing: Listing | null): boolean =>
    wishesFor(block.address, listing).some((mark) => mark !== block.mark);
  const shared = othersIn((await see(reach, place)).listing);
  const { listing } = await apply(reach, place, unblockScript(block, shared));
  // Between looking and acting another action may have come to want the address.
  if (othersIn(listing) && !isListed(block.address, listing)) await apply(reach, place, restoreScript(block.address));
  return othersIn(listing) ? 'stays for others' : 'released';
}
