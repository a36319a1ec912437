import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indentJson } from './indent-json.ts';

describe('indentJson', () => {
  it('lays out like JSON.stringify where that loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        fc.pre(typeof value === 'object' && value !== null);
        expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  it('keeps long numbers, repeated keys and braces in strings as received', () => {
    expect(indentJson('{"id":12345678901234567890,"a":"{,}","a":1.0}')).toBe(
      '{\n  "id": 12345678901234567890,\n  "a": "{,}",\n  "a": 1.0\n}',
    );
  });

  it('leaves text that is not JSON, and does not choke on broken JSON', () => {
    expect(indentJson('Jul  1 sshd[12]: hi')).toBe('Jul  1 sshd[12]: hi');
    expect(indentJson('{"a": "unterminated')).toContain('unterminated');
    expect(indentJson(']'.repeat(3) + '['.repeat(50_000)).length).toBeGreaterThan(50_000);
  });
});
