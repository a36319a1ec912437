import { isIP } from 'node:net';
import { z } from 'zod';
import { type Reach, rangeOf, refusalOf } from './addresses.ts';
import { refused } from './failures.ts';
import type { Network } from './network.ts';

const ORIGIN = /^(https?):\/\/(\*\.)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/;

/** A range of addresses that are not public: `10.1.0.0/16`. */
export const Cidr = z
  .string()
  .max(50)
  .refine(
    (cidr) => rangeOf(cidr) !== null,
    'must be a range such as 10.1.0.0/16, no wider than a /8 (IPv4) or a /7 (IPv6)',
  );

/** One place that a connector may speak to: scheme, host (or `*.` and a domain) and port. */
export const Destination = z.strictObject({
  origin: z
    .string()
    .max(300)
    .regex(
      ORIGIN,
      'must be scheme, host and perhaps port in lower case, such as https://api.example.org or https://*.example.org:8443',
    ),
  /** Ranges that its name may resolve to besides public addresses. */
  ranges: z.array(Cidr).max(20).default([]),
});
export type Destination = z.infer<typeof Destination>;
export const Destinations = z.array(Destination).min(1).max(50);

/** A URL that may be asked for, and the addresses its host may turn out to have. */
export interface Admitted {
  readonly url: URL;
  readonly reach: Reach;
}

/**
 * Checks a URL against the allow-list, before anything is resolved. Throws `CONNECTOR_REFUSED`, which names the origin and never the
 * path: that may be a secret.
 */
export function admit(text: string, destinations: readonly Destination[], network: Network): Admitted {
  const url = URL.parse(text);
  if (url === null) throw refused('an address that is no URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(`${url.protocol} addresses`);
  if (url.username !== '' || url.password !== '')
    throw refused(`${url.origin}: an address with a user or password in it`);
  const destination = destinations.find((each) => matches(each.origin, url));
  if (destination === undefined) throw refused(`${url.origin}, which is not among its destinations`);
  const ranges = destination.ranges.map(rangeOf).filter((range) => range !== null);
  const reach = { ranges, loopback: network.loopback };
  const host = hostOf(url);
  const why = isIP(host) === 0 ? null : refusalOf(host, reach);
  if (why !== null) throw refused(`${url.origin}: ${host} ${why}`);
  return { url, reach };
}

/** The host as a resolver wants it: without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function matches(origin: string, url: URL): boolean {
  const [, scheme = '', wildcard, host = '', port] = ORIGIN.exec(origin) ?? [];
  if (url.protocol !== `${scheme}:`) return false;
  const standard = scheme === 'https' ? '443' : '80';
  if ((url.port === '' ? standard : url.port) !== (port ?? standard)) return false;
  if (wildcard === undefined) return url.hostname === host;
  return isIP(hostOf(url)) === 0 && url.hostname.endsWith(`.${host}`) && url.hostname.length > host.length + 1;
}
