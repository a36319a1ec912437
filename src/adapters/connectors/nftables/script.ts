import ipaddr from 'ipaddr.js';
import { refused } from './faults.ts';

/**
 * Scripts for `nft -f -`: each is applied whole or not at all. Everything is said inside a table of our own, so that no rule of
 * anybody else is touched, and nothing in it is text from outside: names are made of marks, values are parsed addresses, ranges
 * and numbers that are written anew.
 */
export const FAMILY = 'inet';
export const TABLE = 'bridgewatch';
/** Before connection tracking and every usual filter (nft(8), raw): what is dropped here, no other table sees. */
export const PRIORITY = -300;

const at = `${FAMILY} ${TABLE}`;
export const hooks = { in: 'input', out: 'output', through: 'forward' } as const;
type Way = keyof typeof hooks;
export const ways = Object.keys(hooks) as Way[];

/** One rule: what it matches and does, and the comment (`words`) it is known by. */
export interface Rule {
  readonly way: Way;
  readonly text: string;
  readonly comment: string;
}

const MARK = /^[0-9a-f]{16}$/;

/** A mark as it may stand in a name. Plans are data: what is not a mark is refused before it reaches a script. */
export function markOf(text: string): string {
  if (!MARK.test(text)) throw refused('the plan holds no mark of 16 hex digits: it was not made by this connector');
  return text;
}

/** A text as it may stand in a comment; nft allows 128 characters. */
export const words = (text: string): string => text.replaceAll(/[^A-Za-z0-9 .:/_-]/g, '').slice(0, 120);
export const addTable = `add table ${at}`;
export const addHooked = (name: string, way: Way): string =>
  `add chain ${at} ${name} { type filter hook ${hooks[way]} priority ${PRIORITY} ; policy accept ; }`;
export const addChain = (name: string): string => `add chain ${at} ${name}`;
export const flushChain = (name: string): string => `flush chain ${at} ${name}`;
export const deleteChain = (name: string): string => `delete chain ${at} ${name}`;
export const addRule = (chain: string, { text, comment }: Omit<Rule, 'way'>): string =>
  `add rule ${at} ${chain} ${text} comment "${comment}"`;
export const addSet = (name: string, type: 'ipv4_addr' | 'ipv6_addr' | 'nf_proto'): string =>
  `add set ${at} ${name} { type ${type} ; flags timeout ; }`;
export const deleteSet = (name: string): string => `delete set ${at} ${name}`;
export const flushSet = (name: string): string => `flush set ${at} ${name}`;
export const addElement = (set: string, value: string, seconds?: number): string =>
  `add element ${at} ${set} { ${value}${seconds === undefined ? '' : ` timeout ${Math.trunc(seconds)}s`} }`;
export const deleteElement = (set: string, value: string): string => `delete element ${at} ${set} { ${value} }`;
export const asScript = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** Ranges of one family, written anew. */
export function ranges(cidrs: readonly string[], family: 'ipv4' | 'ipv6'): string[] {
  return cidrs.flatMap((cidr) => {
    const [address, bits] = ipaddr.parseCIDR(cidr);
    // The network itself: nft refuses a range with bits set beyond its prefix in some versions.
    const kind = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
    const network = kind.networkAddressFromCIDR(`${address.toString()}/${bits}`);
    return address.kind() === family ? [`${network.toString()}/${bits}`] : [];
  });
}
