import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { items, scalar } from './values.ts';

const bytes64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes;
};
const read = (type: number, bytes: Buffer) => scalar(type, bytes, 0, bytes.length);
const hexed = (type: number, hex: string) => read(type, Buffer.from(hex, 'hex'));

describe('values, written as the reference renderings have them', () => {
  const cases: [name: string, type: number, hex: string, expected: unknown][] = [
    ['nothing', 0, '', undefined],
    ['a string, padded', 1, '410064007600200020000000', 'Adv'],
    ['a string of nothing', 1, '', ''],
    ['a string with half a character', 1, '410042', 'A'],
    ['an ANSI string', 2, '80e42000', '€ä'],
    ['int8', 3, 'ff', -1],
    ['uint8', 4, 'ff', 255],
    ['int16', 5, 'feff', -2],
    ['uint16', 6, 'feff', 65534],
    ['int32', 7, 'feffffff', -2],
    ['uint32', 8, 'feffffff', 4294967294],
    ['float', 11, '0000c03f', 1.5],
    ['double', 12, '000000000000f83f', 1.5],
    ['infinity', 12, '000000000000f07f', '1.#INF'],
    ['negative infinity', 11, '000080ff', '-1.#INF'],
    ['not a number', 11, '0000c0ff', '-1.#IND'],
    ['true', 13, '01000000', true],
    ['false', 13, '00000000', false],
    ['binary', 14, 'deadbeef', 'DEADBEEF'],
    ['GUID', 15, '5f3870572ac2e043bf4c06f5698ffbd9', '5770385F-C22A-43E0-BF4C-06F5698FFBD9'],
    ['size, 32 bits', 16, '3e000000', '0x3e'],
    ['size, 64 bits', 16, '3e00000001000000', '0x10000003e'],
    ['SYSTEMTIME', 18, 'e807050003000100020003000400d200', '2024-05-01T02:03:04.210000Z'],
    ['SID', 19, '010100000000000512000000', 'S-1-5-18'],
    ['SID of a domain', 19, '010500000000000515000000010000000200000003000000f4010000', 'S-1-5-21-1-2-3-500'],
    ['SID of a large authority', 19, '0101010000000000ff000000', 'S-1-0x010000000000-255'],
    ['SID cut off', 19, '0105000000000005', '0105000000000005'],
    ['hex32', 20, '0f1e0000', '0x1e0f'],
    ['an unknown type', 0x23, '0a0b', '0A0B'],
    ['a size that is not the type’s', 8, '0a0b', '0A0B'],
    ['an integer of no bytes', 8, '', undefined],
  ];
  test.each(cases)('%s', (_, type, hex, expected) => {
    expect(hexed(type, hex)).toEqual(expected);
  });

  test('64-bit numbers never lose a digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const signed = BigInt.asIntN(64, value);
        expect(BigInt(read(10, bytes64(value)) as number | string)).toBe(value);
        expect(BigInt(read(9, bytes64(value)) as number | string)).toBe(signed);
        expect(read(21, bytes64(value))).toBe(`0x${value.toString(16)}`);
        expect(typeof read(10, bytes64(value))).toBe(value <= 2n ** 53n - 1n ? 'number' : 'string');
      }),
    );
    expect(read(10, bytes64(571_146n))).toBe(571_146);
  });

  test('FILETIME is the same instant as exact arithmetic says, to the microsecond', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const micros = value / 10n - 11_644_473_600_000_000n;
        const millis = (micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n;
        const rest = micros - millis * 1000n;
        const expected = new Date(Number(millis)).toISOString().replace('Z', `${String(rest).padStart(3, '0')}Z`);
        expect(read(17, bytes64(value))).toBe(expected);
      }),
    );
    expect(read(17, Buffer.from('f8a2fc0e715fdc01', 'hex'))).toMatch(/^2025-11-27T07:40:10\.\d{6}Z$/);
  });
});

describe('arrays', () => {
  const cases: [name: string, type: number, hex: string, expected: unknown[]][] = [
    ['strings', 0x81, '6100000062000000', ['a', 'b']],
    ['strings, the last without its NUL', 0x81, '610000006200', ['a', 'b']],
    ['an empty string', 0x81, '0000', ['']],
    ['none', 0x81, '', []],
    ['ANSI strings', 0x82, '61006200', ['a', 'b']],
    ['uint16', 0x86, '01000200', [1, 2]],
    ['uint16, cut off', 0x86, '010002', [1, '02']],
    ['hex32', 0x94, '0100000002000000', ['0x1', '0x2']],
    ['size, 64 bits', 0x90, '01000000000000000200000000000000', ['0x1', '0x2']],
    ['SIDs', 0x93, '010100000000000512000000010100000000000513000000', ['S-1-5-18', 'S-1-5-19']],
    ['of an unknown type', 0xa3, '0a0b', ['0A0B']],
  ];
  test.each(cases)('%s', (_, type, hex, expected) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(items(type, bytes, 0, bytes.length)).toEqual(expected);
  });
});
