import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainName, plainText } from './plain-text.ts';

const hostile = fc.string({ unit: 'binary', maxLength: 600 });

describe('text from telemetry', () => {
  it('is one line of visible characters, however long it was', () => {
    expect(plainText('a\r\nb\u202Ec\u200Bd', 20)).toBe('a b c d');
    expect(plainText('x'.repeat(5_000_000), 10)).toBe(`${'x'.repeat(10)}…`);
    expect(plainText(`${'\u200B'.repeat(5_000_000)}end`, 10)).toBe(' …');
    expect(plainText('\u{1F600}'.repeat(9), 9)).not.toMatch(/\p{Cs}/u);
  });

  it('is left alone where it is short and plain', () => {
    expect(plainText('Zoë on ws-1', 20)).toBe('Zoë on ws-1');
    expect(plainName('CORP-ws01$')).toBe('CORP-ws01$');
  });

  it('as a name keeps within its limit, shows no control or format characters, and stays apart from every other', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const [one, other] = [plainName(a, 64), plainName(b, 64)];
        expect(one.length).toBeLessThanOrEqual(64);
        expect(one).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(one === other).toBe(a === b);
      }),
    );
    expect(plainName(`${'a'.repeat(1000)}1`)).not.toBe(plainName(`${'a'.repeat(1000)}2`));
    expect(plainName('admin\u200B')).not.toBe('admin');
  });
});
