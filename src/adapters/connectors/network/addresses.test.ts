import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Range, rangeOf, refusalOf } from './addresses.ts';

const nothing = { ranges: [], loopback: true };
const naming = (...cidrs: string[]) => ({
  ranges: cidrs.map(rangeOf).filter((range): range is Range => range !== null),
  loopback: true,
});

/** IPv4 blocks that are not the public internet (IANA special-purpose registry), as [first, bits]: an oracle without the library. */
const special: readonly [number, number][] = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x64400000, 10],
  [0x7f000000, 8],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000000, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xe0000000, 4],
  [0xf0000000, 4],
];
const isSpecial = (address: number) =>
  special.some(([first, bits]) => address >>> (32 - bits) === first >>> (32 - bits));
const dotted = (address: number) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
const hex = (address: number) => `${(address >>> 16).toString(16)}:${(address & 0xffff).toString(16)}`;
const anyAddress = fc.oneof(
  fc.nat(0xffffffff),
  fc
    .constantFrom(...special)
    .chain(([first, bits]) => fc.nat(2 ** (32 - bits) - 1).map((rest) => (first + rest) >>> 0)),
);

describe('addresses', () => {
  it('of special blocks are refused, whatever form they come in', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        fc.pre(isSpecial(address));
        const forms = [
          dotted(address),
          `::ffff:${hex(address)}`,
          `64:ff9b::${hex(address)}`,
          `::${hex(address)}`,
          `2002:${hex(address)}::1`,
        ];
        for (const form of forms) expect(refusalOf(form, nothing), form).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    'fd00:ec2::254',
    'fd20:ce::254',
    '168.63.129.16',
    '100.100.100.200',
    '169.254.170.2',
    'fe80::1',
    '0.0.0.0',
    '::',
    '224.0.0.251',
    'ff02::1',
    '255.255.255.255',
    '2002:a9fe:a9fe::1',
    '64:ff9b::a9fe:a9fe',
    '::127.0.0.1',
  ])('%s is refused even where a range names it', (address) => {
    expect(
      refusalOf(
        address,
        naming('169.254.0.0/16', 'fc00::/7', '100.64.0.0/10', '168.0.0.0/8', '224.0.0.0/8', 'fe80::/10', '127.0.0.0/8'),
      ),
    ).not.toBeNull();
  });

  it('that are private are open only to a range that names them', () => {
    expect(refusalOf('10.1.2.3', nothing)).toContain('private');
    expect(refusalOf('10.1.2.3', naming('10.1.0.0/16'))).toBeNull();
    expect(refusalOf('10.2.2.3', naming('10.1.0.0/16'))).toContain('private');
    expect(refusalOf('::ffff:10.1.2.3', naming('10.1.0.0/16'))).toBeNull();
    expect(refusalOf('fd12::1', naming('fd12::/16'))).toBeNull();
    expect(refusalOf('fd13::1', naming('fd12::/16'))).not.toBeNull();
  });

  it('of loopback need the range and the installation', () => {
    expect(refusalOf('127.0.0.1', nothing)).toBe('is loopback');
    expect(refusalOf('127.0.0.1', naming('127.0.0.0/8'))).toBeNull();
    expect(refusalOf('127.0.0.1', { ...naming('127.0.0.0/8'), loopback: false })).toBe('is loopback');
    expect(refusalOf('::1', naming('::1/128'))).toBeNull();
  });

  it.each(['8.8.8.8', '1.1.1.1', '2606:4700::1', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    '%s, which is public, is open',
    (address) => {
      expect(refusalOf(address, nothing)).toBeNull();
    },
  );

  it.each(['0.0.0.0/0', '::/0', '0.0.0.0/7', 'x', '10.0.0.0', '10.0.0.0/33'])(
    '%s is no range that anybody may name',
    (cidr) => {
      expect(rangeOf(cidr)).toBeNull();
    },
  );
});
