import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A range of addresses as ipaddr.js holds it: network and bits. */
export type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Where clouds answer whoever asks from inside with credentials: AWS, GCP, Azure, Alibaba, Oracle; those outside link-local too. */
const metadata = new Set(
  ['169.254.169.254', 'fd00:ec2::254', 'fd20:ce::254', '168.63.129.16', '100.100.100.200', '192.0.0.192'].map((each) =>
    ipaddr.parse(each).toNormalizedString(),
  ),
);

/** No host that anything could be asked of, or a detour to another address: refused whatever a range names. */
const never = new Set(['unspecified', 'linkLocal', 'multicast', 'broadcast', '6to4', 'teredo', 'deprecatedSiteLocal']);
const globalUnicast: Range = ipaddr.IPv6.parseCIDR('2000::/3');
/** `::a.b.c.d`, deprecated by RFC 4291: it looks like a plain address and holds an IPv4 one. */
const ipv4Compatible: Range = ipaddr.IPv6.parseCIDR('::/96');
const loopbacks: readonly Range[] = [ipaddr.IPv4.parseCIDR('127.0.0.0/8'), ipaddr.IPv6.parseCIDR('::1/128')];

/** What beyond public addresses may be connected to. */
export interface Reach {
  readonly ranges: readonly Range[];
  /** Whether this installation lets anything name loopback at all. */
  readonly loopback: boolean;
}

/**
 * Why an address (as a resolver or a URL gives it) may not be connected to; null where it may. Addresses that hold another (IPv4-mapped, NAT64)
 * are judged by the one inside.
 */
export function refusalOf(address: string, reach: Reach): string | null {
  const at = inner(address);
  if (at === null) return 'is no address';
  if (metadata.has(at.toNormalizedString())) return "is a cloud's metadata service";
  const kind = at.range();
  if (never.has(kind) || (kind !== 'loopback' && within(at, ipv4Compatible))) return `is ${kind}`;
  const named = reach.ranges.some((range) => within(at, range));
  if (kind === 'loopback') return named && reach.loopback ? null : 'is loopback';
  const isPublic = kind === 'unicast' && (at.kind() === 'ipv4' || within(at, globalUnicast));
  return isPublic || named
    ? null
    : `is ${kind === 'unicast' ? 'not public' : kind} and in none of the ranges that the destination names`;
}

/** True for this machine's own addresses: what is said to them cannot be overheard. */
export function isLoopback(address: string): boolean {
  const at = inner(address);
  return at !== null && loopbacks.some((range) => within(at, range));
}

/**
 * A CIDR range narrow enough to be meant: at most a /8 of IPv4 or a /7 of IPv6, so that nobody names everything. Null where it is none.
 */
export function rangeOf(cidr: string): Range | null {
  if (!ipaddr.isValidCIDR(cidr)) return null;
  const range = ipaddr.parseCIDR(cidr);
  return range[1] >= (range[0].kind() === 'ipv4' ? 8 : 7) ? range : null;
}

function within(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Range): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

/** An address as it is judged; null where the text is none, or names an interface (`%eth0`). */
function inner(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (isIPv4(text)) return ipaddr.IPv4.parse(text);
  // ipaddr.js reads `::7.0.0.1`, as resolvers write IPv4-compatible addresses, as an IPv4-mapped one; the URL parser does not.
  const host = isIPv6(text) ? URL.parse(`http://[${text}]/`)?.hostname : undefined;
  if (host === undefined) return null;
  const address = ipaddr.IPv6.parse(host.slice(1, -1));
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  // RFC 6052: the last 32 bits are the IPv4 address that the translator connects to.
  return address.range() === 'rfc6052' ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}
