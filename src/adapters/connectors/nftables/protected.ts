import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Entity } from '../../../contracts/entity.ts';
import { plainText } from '../../../contracts/plain-text.ts';
import { invalidOrder, protectedTarget } from './faults.ts';
import type { NftablesSettings } from './settings.ts';

/** Ranges that mean "this machine" or "everyone here": blocking one breaks the gateway instead of stopping anybody. */
const never: ReadonlySet<string> = new Set(['unspecified', 'loopback', 'linkLocal', 'multicast', 'broadcast']);

/**
 * The one address an order means, in canonical text; IPv4 inside IPv6 as IPv4. Short, octal and hexadecimal forms, zones, ranges
 * and names are refused: what people approve must read as what is blocked.
 */
export function addressOf({ kind, value }: Entity): string {
  if (kind !== 'address') throw invalidOrder(`an address is blocked, not a ${kind}`);
  if (isIP(value) === 0 || value.includes('%')) {
    throw invalidOrder(`"${plainText(value, 80)}" is not an IPv4 or IPv6 address`);
  }
  return ipaddr.process(value).toString();
}

function inside(address: string, cidr: string): boolean {
  const [at, range] = [ipaddr.process(address), ipaddr.parseCIDR(cidr)];
  return at.kind() === range[0].kind() && at.match(range);
}

/**
 * Refuses (`CONNECTOR_PROTECTED`) an address whose block would hit those who manage the machines, the machines themselves,
 * this server, or what the tenant protects. `ends` are addresses a connection was seen to have.
 */
export function refuseProtectedAddress(settings: NftablesSettings, address: string, ends: readonly string[]): void {
  const stop = (why: string): Error => protectedTarget(`${address} is protected: ${why}`);
  const range = ipaddr.process(address).range();
  if (never.has(range)) throw stop(`it is a ${range} address`);
  const places = [...Object.values(settings.gateways), ...Object.values(settings.hosts)];
  const managed = places.flatMap(({ management }) => management).find((cidr) => inside(address, cidr));
  if (managed !== undefined) throw stop(`machines are managed from ${managed}`);
  const guarded = settings.protectedRanges.find((cidr) => inside(address, cidr));
  if (guarded !== undefined) throw stop(`it is in the protected range ${guarded}`);
  const own = [...places.map((place) => place.address), ...ends].filter((end) => isIP(end) !== 0 && !end.includes('%'));
  if (own.some((end) => ipaddr.process(end).toString() === address))
    throw stop('it is this server or a machine it manages');
}
