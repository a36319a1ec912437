import { expect, test } from 'vitest';
import type { Source } from '../../contracts/source.ts';
import { sha256 } from '../../kernel/ids.ts';
import { lookUpIn } from './lookup.ts';

const source = (tenant: string, id: string, part: Partial<Source> = {}): Source => ({
  tenant,
  id,
  name: id,
  door: 'syslog',
  createdAt: 1,
  createdBy: 'ann',
  endedAt: null,
  peers: [],
  fingerprints: [],
  ...part,
});
const [one, two, three] = ['11', '22', '33'].map((pair) => pair.repeat(32)) as [string, string, string];
const token = `bws_${'a'.repeat(43)}`;

test('a token is its source, and nothing else is', () => {
  const lookup = lookUpIn({ sources: [], tokens: [{ hash: sha256(token), tenant: 'acme', source: 'winlog' }] });
  expect(lookup.byToken(token)).toEqual({ tenant: 'acme', id: 'winlog' });
  for (const other of [
    '',
    'bws_',
    sha256(token),
    `${token} `,
    token.slice(0, -1),
    `bw_${'a'.repeat(43)}`,
    'a'.repeat(1e6),
  ])
    expect(lookup.byToken(other)).toBeUndefined();
});

test('a peer is known by its certificate first, else by its address', () => {
  const lookup = lookUpIn({
    sources: [
      source('acme', 'firewall', { peers: ['10.1.0.0/16'], fingerprints: [one] }),
      source('acme', 'vpn', { peers: ['10.2.0.1/32', 'fd00::/64'], fingerprints: [two] }),
    ],
    tokens: [],
  });
  const found = (address: string, fingerprint?: string) => lookup.byPeer({ address, fingerprint })?.id;
  expect(found('10.1.9.9')).toBe('firewall');
  expect(found('::ffff:10.2.0.1')).toBe('vpn');
  expect(found('fd00::9%eth0')).toBe('vpn');
  expect(found('10.2.0.2')).toBeUndefined();
  expect(found('10.1.9.9', two.toUpperCase())).toBe('vpn');
  expect(found('203.0.113.5', two)).toBe('vpn');
  expect(found('10.1.9.9', three)).toBe('firewall');
  expect(found('203.0.113.5', three)).toBeUndefined();
});

test('what fits the sources of two tenants is neither, whichever is read first, and however often it is asked', () => {
  const both = [
    source('acme', 'firewall', { peers: ['10.0.0.0/8', '10.1.0.0/16'], fingerprints: [one] }),
    source('bolt', 'firewall', { peers: ['10.1.0.0/16'], fingerprints: [one] }),
    source('corp', 'shipper', { door: 'bulk', peers: ['10.0.0.0/8'] }),
  ];
  for (const sources of [both, both.toReversed()]) {
    const lookup = lookUpIn({ sources, tokens: [] });
    for (let again = 0; again < 2; again += 1) {
      expect(lookup.byPeer({ address: '10.1.0.1' })).toBeUndefined();
      expect(lookup.byPeer({ address: '10.2.0.1' })).toEqual({ tenant: 'acme', id: 'firewall' });
      expect(lookup.byPeer({ address: '10.2.0.1', fingerprint: one })).toBeUndefined();
    }
  }
});

test('a flood of addresses does not change the answers', () => {
  const lookup = lookUpIn({ sources: [source('acme', 'firewall', { peers: ['10.0.0.0/8'] })], tokens: [] });
  for (let n = 0; n < 25_000; n += 1)
    expect(lookup.byPeer({ address: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` })?.id).toBe('firewall');
  expect(lookup.byPeer({ address: '11.0.0.1' })).toBeUndefined();
});
