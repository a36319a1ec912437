import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const schemes = new Set(['ldap:', 'ldaps:']);

/** True for an LDAP URL that is scheme, host and port alone. */
function isPlace(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !schemes.has(url.protocol) || url.hostname === '') return false;
  return url.username + url.password + url.search + url.hash === '' && ['', '/'].includes(url.pathname);
}

/** The host of an LDAP URL, IPv6 without brackets. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

function isLoopback(url: string): boolean {
  const host = hostOf(url);
  return host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');
}

const attributeName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be the name of an LDAP attribute');
const dn = z.string().min(3).max(1024);

/** How one directory is reached and what may be done in it. Holds no secret: the password is read by name when it is used. */
export const LdapSettings = z
  .strictObject({
    /** `ldaps://host[:port]`, or `ldap://` with `startTls`. Plain `ldap://` is for loopback only. */
    url: z.string().max(300).refine(isPlace, 'must be ldap://host[:port] or ldaps://host[:port] and nothing more'),
    startTls: z.boolean().default(false),
    /** PEM of the authority that signed the directory's certificate, where the system does not know it. */
    caCertificate: z.string().max(100_000).optional(),
    bindDn: dn,
    /** Name of the secret that holds the password of `bindDn`. */
    passwordSecret: z.string().min(1).max(200),
    baseDn: dn,
    userAttribute: z.enum(['uid', 'sAMAccountName']),
    dialect: z.enum(['active-directory', 'openldap']),
    /** User names that are never acted on. */
    protectedAccounts: z.array(z.string().min(1).max(256)).max(1000).default([]),
    /** Groups whose members, direct or through other groups, are never acted on. */
    protectedGroups: z.array(dn).max(100).default([]),
    /** openldap: the directory's default password policy, read to tell whether a lock holds. */
    passwordPolicyDn: dn.optional(),
    /** What makes `revoke_sessions` possible: an attribute, and the applications that refuse sessions begun before it. */
    sessionEpoch: z
      .strictObject({ attribute: attributeName, honouredBy: z.array(z.string().min(1).max(100)).min(1).max(50) })
      .optional(),
  })
  .refine(({ url, startTls }) => !(url.startsWith('ldaps:') && startTls), {
    path: ['startTls'],
    message: 'is for ldap:// only: ldaps:// is encrypted from the start',
  })
  .refine(({ url, startTls }) => !isPlace(url) || url.startsWith('ldaps:') || startTls || isLoopback(url), {
    path: ['url'],
    message: 'would send the password in the clear: use ldaps://, or startTls',
  });
export type LdapSettings = z.infer<typeof LdapSettings>;
