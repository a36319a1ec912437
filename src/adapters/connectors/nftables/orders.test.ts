import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { knownSecrets, orderOf, planOf } from '../../../../test/connector-plan.ts';
import { blockScript } from './blocking.ts';
import { makeNftablesConnector, NftablesSettings } from './index.ts';
import { isolateScript } from './isolation.ts';
import { ranges } from './script.ts';

const place = {
  address: '192.0.2.5',
  user: 'bridgewatch',
  keySecret: 'ssh',
  hostKey: `SHA256:${'A'.repeat(43)}`,
  management: ['192.0.2.0/24'],
};
const gateway = makeNftablesConnector(NftablesSettings.parse({ gateways: { edge: place } }), {
  tenant: 'acme',
  secrets: knownSecrets({}),
});
const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const block = (value: string) => planOf(gateway, orderOf('block_address', { kind: 'address', value }));

describe('settings', () => {
  const read = (more: object) => NftablesSettings.safeParse({ hosts: { web1: { ...place, ...more } } }).success;

  test('a whole one is taken', () => expect(read({ port: 2222, dhcp: true })).toBe(true));

  test.each([
    { address: 'a b' },
    { address: '-oProxyCommand=x', user: '-x' },
    { user: 'root; reboot' },
    { hostKey: 'any' },
    { hostKey: 'MD5:00' },
    { management: [] },
    { management: ['192.0.2.1'] },
    { management: ['192.0.2.0/24 } ; flush ruleset'] },
    { port: 0 },
    { key: 'in the clear' },
  ])('%o is refused', (more) => expect(read(more)).toBe(false));

  test('commands are two, names are in lower case', () => {
    expect(NftablesSettings.safeParse({ command: 'sh -c nft' }).success).toBe(false);
    expect(NftablesSettings.safeParse({ hosts: { WEB1: place } }).success).toBe(false);
  });
});

describe('an address to be blocked', () => {
  test.each([
    '127.0.0.1',
    '::1',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
    '169.254.169.254',
    'fe80::1',
    '::ffff:127.0.0.1',
    '192.0.2.77',
    '::ffff:192.0.2.77',
  ])('%s is protected', async (value) => {
    await expect(block(value)).rejects.toEqual(code('CONNECTOR_PROTECTED'));
  });

  test.each([
    '',
    'example.org',
    '203.0.113.0/24',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    'fe80::1%eth0',
    '203.0.113.9 ',
    '203.0.113.9; flush ruleset',
    '203.0.113.9 }\nflush ruleset',
  ])('%j is not one', async (value) => {
    await expect(block(value)).rejects.toEqual(code('CONNECTOR_ORDER_INVALID'));
  });

  test('no other text is one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60, unit: 'binary' }), async (text) => {
        fc.pre(!ipaddr.isValid(text));
        await expect(block(text)).rejects.toEqual(code('CONNECTOR_ORDER_INVALID'));
      }),
    );
  });

  test('kinds that the settings name no machine for are not offered', async () => {
    expect(gateway.kinds).toEqual(['block_address']);
    const order = orderOf('isolate_host', { kind: 'host', value: 'web1' });
    await expect(planOf(gateway, order)).rejects.toEqual(code('CONNECTOR_ORDER_INVALID'));
  });
});

describe('scripts', () => {
  const mark = '0123456789abcdef';

  test('whatever a finding is called, each line stays one statement of our table', () => {
    const statement = /^(?:add|delete|flush) (?:table|chain|set|rule|element) inet bridgewatch(?: |$)/;
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary' }), fc.ipV4(), fc.ipV6(), (finding, v4, v6) => {
        const place = { management: ['10.0.0.0/8', '2001:db8::/32'], port: 22, dhcp: true };
        const written = (address: string) => ipaddr.process(address).toString();
        const scripts = [
          isolateScript({ mark, finding, place }, 30),
          isolateScript({ mark, finding, place }, null),
          blockScript({ mark, finding, address: written(v4) }, 30, false),
          blockScript({ mark, finding, address: written(v6) }, null, false),
        ];
        for (const line of scripts.join('').trimEnd().split('\n')) {
          expect(line).toMatch(statement);
          expect(line).toMatch(/^[^"]*(?:"lo"[^"]*)?(?:comment "[A-Za-z0-9 .:/_-]{1,128}")?$/);
        }
      }),
    );
  });

  test('ranges are written as networks, each under its family', () => {
    expect(ranges(['10.1.2.3/8', '2001:db8::5/32', '192.0.2.1/32'], 'ipv4')).toEqual(['10.0.0.0/8', '192.0.2.1/32']);
    expect(ranges(['10.1.2.3/8', '2001:db8::5/32'], 'ipv6')).toEqual(['2001:db8::/32']);
  });
});
