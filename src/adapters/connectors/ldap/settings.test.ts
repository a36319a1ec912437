import { describe, expect, test } from 'vitest';
import { LdapSettings } from './settings.ts';

describe('settings', () => {
  const good = { url: 'ldaps://dc1', bindDn: 'cn=x', passwordSecret: 'ldap', baseDn: 'dc=x' };
  const read = (more: object) =>
    LdapSettings.safeParse({ ...good, userAttribute: 'uid', dialect: 'openldap', ...more }).success;

  test.each([
    ['ldaps://dc1.example.org', {}],
    ['ldaps://dc1.example.org:3269', {}],
    ['ldap://dc1.example.org', { startTls: true }],
    ['ldap://127.0.0.1:3890', {}],
    ['ldap://[::1]', {}],
  ])('%s is taken', (url, more) => expect(read({ url, ...more })).toBe(true));

  test.each([
    ['ldap://dc1.example.org', {}],
    ['ldap://127.0.0.1.example.org', {}],
    ['ldap://169.254.169.254', {}],
    ['ldaps://dc1', { startTls: true }],
    ['ldaps://user:word@dc1', {}],
    ['ldaps://dc1/dc=x', {}],
    ['http://dc1', {}],
    ['not a url', {}],
    ['ldaps://dc1', { password: 'in the clear' }],
    ['ldaps://dc1', { sessionEpoch: { attribute: 'a)(b', honouredBy: ['mail'] } }],
    ['ldaps://dc1', { sessionEpoch: { attribute: 'epoch', honouredBy: [] } }],
  ])('%s with %o is refused', (url, more) => expect(read({ url, ...more })).toBe(false));
});
