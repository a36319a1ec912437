import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, checkedFingerprints, checkedPeers, contains, overlap, type Range, rangeOf } from './peers.ts';

/** The slow way: an address is a number, a range is what is left of it. */
const v4 = fc.nat({ max: 0xffffffff });
const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
const keep = (n: number, bits: number) => (bits === 0 ? 0 : (n >> (32 - bits)) << (32 - bits)) >>> 0;
const range = (text: string): Range => {
  const read = rangeOf(text);
  if (read === undefined) throw new Error(`${text} is no range`);
  return read;
};
const cidr = fc.tuple(v4, fc.integer({ min: 8, max: 32 })).map(([n, bits]) => ({ first: keep(n, bits), bits }));
const text = ({ first, bits }: { first: number; bits: number }) => `${dotted(first)}/${bits}`;

describe('a range of addresses', () => {
  test('holds what arithmetic says it holds', () => {
    fc.assert(
      fc.property(cidr, v4, fc.boolean(), (given, n, near) => {
        const at = near ? (given.first | (n >>> given.bits)) >>> 0 : n;
        const address = addressOf(dotted(at));
        if (address === undefined) throw new Error('no address');
        expect(contains(range(text(given)), address)).toBe(keep(at, given.bits) === given.first);
      }),
    );
  });

  test('overlaps another where one holds the first of the other', () => {
    fc.assert(
      fc.property(cidr, cidr, fc.boolean(), (a, b, nested) => {
        const other = nested && b.bits >= a.bits ? { first: (a.first | (b.first >>> a.bits)) >>> 0, bits: b.bits } : b;
        const inner = { ...other, first: keep(other.first, other.bits) };
        const shortest = Math.min(a.bits, inner.bits);
        const shared = keep(a.first, shortest) === keep(inner.first, shortest);
        expect(overlap(range(text(a)), range(text(inner)))).toBe(shared);
        expect(overlap(range(text(inner)), range(text(a)))).toBe(shared);
      }),
    );
  });

  test.each([
    ['10.1.0.0/16', '10.1.0.0/16'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['2001:DB8:0::/32', '2001:db8::/32'],
    [' fd00::1 ', 'fd00::1/128'],
  ])('%s is kept as %s', (given, kept) => {
    expect(checkedPeers([given])).toEqual([kept]);
  });

  test.each([
    '',
    'ws01',
    '10.1',
    '010.1.2.3',
    '0x7f000001',
    '10.1.2.3/33',
    '10.1.2.3/8',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::1%eth0',
    '::ffff:10.0.0.1',
    '::/129',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/7',
  ])('%j is refused', (given) => {
    expect(() => checkedPeers([given])).toThrow(expect.objectContaining({ code: 'SOURCE_PEER_BAD', status: 400 }));
  });

  test('is asked with the addresses that sockets name', () => {
    const fits = (address: string, of: string) => {
      const read = addressOf(address);
      return read !== undefined && contains(range(of), read);
    };
    expect(fits('::ffff:10.1.2.3', '10.1.0.0/16')).toBe(true);
    expect(fits('fe80::1%eth0', 'fe80::/10')).toBe(true);
    expect(fits('::1', '127.0.0.1/32')).toBe(false);
    expect(addressOf('nowhere')).toBeUndefined();
  });
});

test('a fingerprint is read from whatever prints it, and is 64 hex digits', () => {
  const bare = 'ab'.repeat(32);
  expect(checkedFingerprints([bare.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:')])).toEqual([bare]);
  for (const bad of ['', 'ab', `${bare}ab`, bare.replace('a', 'g')])
    expect(() => checkedFingerprints([bad])).toThrow(expect.objectContaining({ code: 'SOURCE_FINGERPRINT_BAD' }));
  expect(() => checkedFingerprints(Array.from({ length: 65 }, () => bare))).toThrow(
    expect.objectContaining({ code: 'SOURCE_PEERS_TOO_MANY' }),
  );
});
