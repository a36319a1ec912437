import ipaddr from 'ipaddr.js';
import { BridgewatchError } from '../../kernel/errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A range of addresses: its first, and how many bits are given. */
export interface Range {
  readonly address: Address;
  readonly bits: number;
}

/** Wider than this is no device or site of somebody's, but most of the world. */
const FEWEST_BITS = 8;
const MOST_PEERS = 64;
const FINGERPRINT = /^[0-9a-f]{64}$/;

/** An address as a socket names it: `::ffff:10.0.0.1` is `10.0.0.1`, a zone is left out. Undefined where it is none. */
export function addressOf(text: string): Address | undefined {
  const [bare = ''] = text.split('%');
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : undefined;
}

/** `10.1.0.0/16`, or one address. Undefined where it is neither, or names bits past its prefix. */
export function rangeOf(text: string): Range | undefined {
  const [bare = '', bits, ...more] = text.split('/');
  // Four parts in decimal: what is valid otherwise (`10.1`, `0x0a000001`) is another address to another reader.
  if (more.length > 0 || !(ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare))) return undefined;
  if (bare.includes('%') || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  const address = ipaddr.parse(bare);
  // A sender's mapped address is read as the IPv4 address it is, so that such a range would fit nobody.
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) return undefined;
  const whole = address.kind() === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? whole : Number(bits);
  if (prefix > whole) return undefined;
  const first = firstOf(address, prefix);
  return first.toString() === address.toString() ? { address, bits: prefix } : undefined;
}

/** Whether the address is in the range; of the other family it never is. */
export function contains({ address: first, bits }: Range, address: Address): boolean {
  return first.kind() === address.kind() && address.match(first, bits);
}

/** Whether some address is in both. */
export function overlap(a: Range, b: Range): boolean {
  return a.bits <= b.bits ? contains(a, b.address) : contains(b, a.address);
}

/** Addresses as they are kept. Throws `SOURCE_PEER_BAD` (400), naming the one and what would be right. */
export function checkedPeers(peers: readonly string[]): string[] {
  demandFew(peers.length, 'addresses');
  return peers.map((text) => {
    const range = rangeOf(text.trim().toLowerCase());
    if (range === undefined)
      throw new BridgewatchError(
        'SOURCE_PEER_BAD',
        `"${text.slice(0, 60)}" is no address and no range such as 10.1.0.0/16 with nothing set past its prefix`,
        400,
      );
    if (range.bits < FEWEST_BITS)
      throw new BridgewatchError(
        'SOURCE_PEER_BAD',
        `${text} is wider than /${FEWEST_BITS}; name the networks that the source sends from`,
        400,
      );
    return `${range.address.toString()}/${range.bits}`;
  });
}

/** Fingerprints as 64 lower-case hex digits, from whatever prints them. Throws `SOURCE_FINGERPRINT_BAD` (400). */
export function checkedFingerprints(fingerprints: readonly string[]): string[] {
  demandFew(fingerprints.length, 'fingerprints');
  return fingerprints.map((text) => {
    const digits = text.trim().replaceAll(':', '').toLowerCase();
    if (FINGERPRINT.test(digits)) return digits;
    throw new BridgewatchError(
      'SOURCE_FINGERPRINT_BAD',
      `"${text.slice(0, 100)}" is no SHA-256 fingerprint: 64 hex digits, as openssl x509 -fingerprint -sha256 prints them`,
      400,
    );
  });
}

function demandFew(given: number, what: string): void {
  if (given > MOST_PEERS)
    throw new BridgewatchError('SOURCE_PEERS_TOO_MANY', `${given} ${what}; a source takes at most ${MOST_PEERS}`, 400);
}

function firstOf(address: Address, bits: number): Address {
  const bytes = address.toByteArray().map((byte, at) => byte & (0xff << Math.min(8, Math.max(0, 8 - (bits - at * 8)))));
  return ipaddr.fromByteArray(bytes.map((byte) => byte & 0xff));
}
