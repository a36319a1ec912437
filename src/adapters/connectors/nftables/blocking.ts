import ipaddr from 'ipaddr.js';
import type { Listing } from './listing.ts';
import {
  addChain,
  addElement,
  addHooked,
  addRule,
  addSet,
  addTable,
  asScript,
  deleteChain,
  deleteElement,
  flushChain,
  hooks,
  PRIORITY,
  type Rule,
  ways,
  words,
} from './script.ts';

/**
 * One block. The address stands in a set that all blocks share, so that ten thousand cost what one costs. Who wants it there is
 * kept beside it: a chain of its own for each action, never hooked, whose one rule names the address. The address leaves the
 * set with the last of them.
 */
export interface Block {
  readonly mark: string;
  readonly finding: string;
  /** Canonical text. */
  readonly address: string;
}

const wishOf = (mark: string): string => `block_${mark}`;
const chainOf = (way: string): string => `blocked_${way}`;
const WISH = /^block_([0-9a-f]{16})$/;
const SOUGHT = /^address (\S+) /;

const v4 = (address: string): boolean => ipaddr.parse(address).kind() === 'ipv4';
const setOf = (address: string): string => (v4(address) ? 'blocked4' : 'blocked6');

const drop = (way: Rule['way'], match: string): Rule => ({ way, text: `${match} counter drop`, comment: 'blocked' });
const rules: readonly Rule[] = [
  ...(['in', 'through'] as const).flatMap((way) => [drop(way, 'ip saddr @blocked4'), drop(way, 'ip6 saddr @blocked6')]),
  ...(['out', 'through'] as const).flatMap((way) => [
    drop(way, 'ip daddr @blocked4'),
    drop(way, 'ip6 daddr @blocked6'),
  ]),
];

/**
 * Puts the block in place. With `seconds`, the address stands in the set for so long only; `held` says that it stands there for
 * good already, for another action, and is then left alone.
 */
export function blockScript({ mark, finding, address }: Block, seconds: number | null, held: boolean): string {
  const set = setOf(address);
  const forGood = [addElement(set, address), deleteElement(set, address), addElement(set, address)];
  return asScript([
    addTable,
    addSet('blocked4', 'ipv4_addr'),
    addSet('blocked6', 'ipv6_addr'),
    ...ways.flatMap((way) => [addHooked(chainOf(way), way), flushChain(chainOf(way))]),
    ...rules.map((rule) => addRule(chainOf(rule.way), rule)),
    addChain(wishOf(mark)),
    flushChain(wishOf(mark)),
    addRule(wishOf(mark), {
      text: `${v4(address) ? 'ip' : 'ip6'} daddr ${address}`,
      comment: words(`address ${address} blocked for finding ${finding}`),
    }),
    // An element keeps the time it was given: to hold for good it is taken out and put in again, in one step.
    ...(held ? [] : seconds === null ? forGood : [addElement(set, address, seconds)]),
  ]);
}

/** Takes exactly this block away; the address stays where `shared` says that another action wants it. */
export function unblockScript({ mark, address }: Block, shared: boolean): string {
  const set = setOf(address);
  return asScript([
    addTable,
    addChain(wishOf(mark)),
    flushChain(wishOf(mark)),
    deleteChain(wishOf(mark)),
    addSet(set, v4(address) ? 'ipv4_addr' : 'ipv6_addr'),
    ...(shared ? [] : [addElement(set, address), deleteElement(set, address)]),
  ]);
}

/** Puts back an address that another action wants and that went away between its wish and ours being dropped. */
export const restoreScript = (address: string): string => asScript([addElement(setOf(address), address)]);

/** Marks of the actions that want the address blocked. */
export function wishesFor(address: string, listing: Listing | null): readonly string[] {
  return [...(listing?.chains ?? [])].flatMap(([name, { rules }]) => {
    const mark = WISH.exec(name)?.[1];
    return mark !== undefined && SOUGHT.exec(rules[0]?.comment ?? '')?.[1] === address ? [mark] : [];
  });
}

/** Whether the address stands in the set, be it on trial. */
export const isListed = (address: string, listing: Listing | null): boolean =>
  listing?.sets.get(setOf(address))?.has(address) === true;

/** Whether the address stands in the set, and for good. */
export const isHeld = (address: string, listing: Listing | null): boolean =>
  listing?.sets.get(setOf(address))?.get(address) === false;

/** Null where the block is whole and for good; else what is wrong with it. */
export function blockFlaw({ mark, address }: Block, listing: Listing | null): string | null {
  if (listing === null) return 'there is no table bridgewatch';
  if (listing.dormant) return 'the table bridgewatch is dormant';
  for (const way of ways) {
    const chain = listing.chains.get(chainOf(way));
    if (chain === undefined) return `the chain ${chainOf(way)} is not there`;
    if (chain.hook !== hooks[way] || chain.priority !== PRIORITY)
      return `the chain ${chainOf(way)} is hooked elsewhere`;
    const expected = rules.filter((rule) => rule.way === way).length;
    const drops = chain.rules.filter(({ does }) => does.join() === 'match,counter,drop').length;
    if (drops !== expected) return `${chainOf(way)} has ${drops} of ${expected} drops`;
  }
  if (!wishesFor(address, listing).includes(mark)) return `${address} is not marked as blocked for this action`;
  return isHeld(address, listing) ? null : `${address} is not in the set ${setOf(address)} for good`;
}
