import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** `address/prefix`; an address alone is not a range. */
const range = z
  .string()
  .max(60)
  .refine((text) => ipaddr.isValidCIDR(text), 'must be a range like 192.0.2.0/24 or 2001:db8::/32');

/** One machine with nftables and an SSH server. Holds no secret: the key is read by name when it is used. */
const Place = z.strictObject({
  /** Where its SSH server listens: address or name. */
  address: z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'must be an address or a host name'),
  /** The port its SSH server listens on, on the machine itself. */
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, 'must be a user name'),
  /** Name of the secret that holds the private key, OpenSSH or PEM, without passphrase. */
  keySecret: z.string().min(1).max(200),
  /** Fingerprint of the server's key as `ssh-keygen -lf` prints it. Any other key is refused. */
  hostKey: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be SHA256: and 43 characters, as ssh-keygen -lf prints'),
  /** From where it is managed: SSH from there stays, and nothing in there is ever blocked. */
  management: z.array(range).min(1).max(32),
  /** True where its address comes from DHCP: the lease may then be renewed while it is isolated. */
  dhcp: z.boolean().default(false),
});
export type Place = z.infer<typeof Place>;

const Places = z
  .record(
    z
      .string()
      .regex(/^[^A-Z]{1,253}$/, 'must be the name in lower case, as findings call it')
      .refine((name) => name !== '__proto__', 'cannot be a name'),
    Place,
  )
  .default({});

export const NftablesSettings = z.strictObject({
  /** Machines that can be isolated, by the name findings use. */
  hosts: Places,
  /** Machines that block addresses for those behind them, by any name. */
  gateways: Places,
  command: z.enum(['nft', 'sudo -n nft']).default('nft'),
  /** Of `hosts`, those never to be isolated. */
  protectedHosts: z.array(z.string().min(1).max(253)).max(1000).default([]),
  /** Never blocked, beside management, loopback, multicast and our own addresses. */
  protectedRanges: z.array(range).max(1000).default([]),
  /** Seconds within which a change must be confirmed over a second connection; else the machine's kernel drops it by itself. */
  confirmWithin: z.int().min(2).max(300).default(30),
});
export type NftablesSettings = z.infer<typeof NftablesSettings>;
