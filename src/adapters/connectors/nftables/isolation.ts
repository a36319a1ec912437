import type { Listing } from './listing.ts';
import {
  addElement,
  addHooked,
  addRule,
  addSet,
  addTable,
  asScript,
  deleteChain,
  deleteSet,
  flushChain,
  flushSet,
  hooks,
  PRIORITY,
  type Rule,
  ranges,
  ways,
  words,
} from './script.ts';
import type { Place } from './settings.ts';

/** What one isolation is made of. Each has chains of its own, so that undoing one leaves every other in force. */
export interface Isolation {
  readonly mark: string;
  readonly finding: string;
  readonly place: Pick<Place, 'management' | 'port' | 'dhcp'>;
}

const chainOf = (mark: string, way: string): string => `isolate_${mark}_${way}`;
const armedOf = (mark: string): string => `isolate_${mark}_armed`;
const ISOLATES = /^isolate_([0-9a-f]{16})_in$/;

/**
 * Stateless on purpose: what is allowed is allowed by address and port alone, so connections that were established before are
 * cut, and management does not hang on the connection tracking of a machine that may be under attack.
 */
function rulesOf({ mark, finding, place }: Isolation, armed: boolean): Rule[] {
  const { management, port, dhcp } = place;
  const allow = (way: Rule['way'], text: string, comment: string): Rule => ({ way, text: `${text} accept`, comment });
  const [v4, v6] = [ranges(management, 'ipv4').join(', '), ranges(management, 'ipv6').join(', ')];
  const neighbours =
    'ip6 hoplimit 255 icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert }';
  const condition = armed ? `meta nfproto @${armedOf(mark)} ` : '';
  return [
    allow('in', 'iifname "lo"', 'loopback'),
    allow('out', 'oifname "lo"', 'loopback'),
    ...(v4 === ''
      ? []
      : [
          allow('in', `ip saddr { ${v4} } tcp dport ${port}`, 'management'),
          allow('out', `ip daddr { ${v4} } tcp sport ${port}`, 'management'),
        ]),
    ...(v6 === ''
      ? []
      : [
          allow('in', `ip6 saddr { ${v6} } tcp dport ${port}`, 'management'),
          allow('out', `ip6 daddr { ${v6} } tcp sport ${port}`, 'management'),
          // Without these an IPv6 address cannot be reached by anyone, management included.
          allow('in', neighbours, 'neighbour discovery'),
          allow('out', neighbours, 'neighbour discovery'),
        ]),
    ...(dhcp
      ? [
          allow('in', 'meta nfproto ipv4 udp sport 67 udp dport 68', 'address lease'),
          allow('out', 'meta nfproto ipv4 udp sport 68 udp dport 67', 'address lease'),
        ]
      : []),
    ...ways.map(
      (way): Rule => ({
        way,
        text: `${condition}counter drop`,
        comment: words(`isolated for finding ${finding} mark ${mark}`),
      }),
    ),
  ];
}

/**
 * Puts the isolation in place. With `seconds`, its drops hold only while an element of a set lives that the kernel removes by
 * itself: a machine that can no longer be reached opens again without anybody's help.
 */
export function isolateScript(isolation: Isolation, seconds: number | null): string {
  const { mark } = isolation;
  const armed = armedOf(mark);
  return asScript([
    addTable,
    ...ways.flatMap((way) => [addHooked(chainOf(mark, way), way), flushChain(chainOf(mark, way))]),
    addSet(armed, 'nf_proto'),
    flushSet(armed),
    ...(seconds === null
      ? [deleteSet(armed)]
      : [addElement(armed, 'ipv4', seconds), addElement(armed, 'ipv6', seconds)]),
    ...rulesOf(isolation, seconds !== null).map((rule) => addRule(chainOf(mark, rule.way), rule)),
  ]);
}

/** Takes exactly this isolation away; the same where it is not there. */
export function releaseScript(mark: string): string {
  const armed = armedOf(mark);
  return asScript([
    addTable,
    ...ways.flatMap((way) => [
      addHooked(chainOf(mark, way), way),
      flushChain(chainOf(mark, way)),
      deleteChain(chainOf(mark, way)),
    ]),
    addSet(armed, 'nf_proto'),
    flushSet(armed),
    deleteSet(armed),
  ]);
}

/** Marks of the isolations in a listing. */
export function isolationsIn(listing: Listing | null): readonly string[] {
  return [...(listing?.chains.keys() ?? [])].flatMap((name) => ISOLATES.exec(name)?.[1] ?? []);
}

/** Null where the isolation is whole and for good; else what is wrong with it. */
export function flawOf(isolation: Isolation, listing: Listing | null): string | null {
  if (listing === null) return 'there is no table bridgewatch';
  if (listing.dormant) return 'the table bridgewatch is dormant';
  const expected = rulesOf(isolation, false);
  for (const way of ways) {
    const name = chainOf(isolation.mark, way);
    const chain = listing.chains.get(name);
    if (chain === undefined) return `the chain ${name} is not there`;
    if (chain.hook !== hooks[way] || chain.priority !== PRIORITY) return `the chain ${name} is hooked elsewhere`;
    const comments = expected.filter((rule) => rule.way === way).map((rule) => rule.comment);
    if (chain.rules.map((rule) => rule.comment).join('\n') !== comments.join('\n'))
      return `the rules of ${name} are others`;
    if (chain.rules.at(-1)?.does.join() !== 'counter,drop')
      return `${name} does not drop for good: it was never confirmed`;
  }
  return null;
}

/** Whether nothing of the isolation is left. */
export function isGone(mark: string, listing: Listing | null): boolean {
  return (
    listing === null ||
    (!ways.some((way) => listing.chains.has(chainOf(mark, way))) && !listing.sets.has(armedOf(mark)))
  );
}
