import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reveal, revealed } from './reveal.ts';

describe('reveal', () => {
  it('names characters that reorder or hide text', () => {
    expect(revealed('invoice\u202efdp.exe')).toBe('invoice⟨U+202E⟩fdp.exe');
    expect(revealed('a\u200bb\u0000c\u001b[31m')).toBe('a⟨U+200B⟩b⟨U+0000⟩c⟨U+001B⟩[31m');
    expect(revealed('tag\u{e0041}')).toBe('tag⟨U+E0041⟩');
    expect(revealed('\ud800')).toBe('⟨U+D800⟩');
  });

  it('leaves ordinary text of any script as it is', () => {
    for (const text of [
      'C:\\Windows\\System32\\cmd.exe /c "dir"',
      'größe\tåäö\n',
      'администратор',
      'מנהל',
      '管理者',
      'e\u0301',
    ])
      expect(reveal(text)).toEqual([{ text }]);
  });

  it('breaks up stacks of combining marks', () => {
    expect(revealed(`a${'\u0301'.repeat(5)}`)).toBe('a\u0301\u0301\u0301⟨U+0301 ×2⟩');
  });

  it('names a run once', () => {
    expect(reveal(`a${'\u202e'.repeat(100_000)}\u200b`)).toEqual([
      { text: 'a' },
      { code: 'U+202E', name: 'right-to-left override', times: 100_000 },
      { code: 'U+200B', name: 'zero-width space', times: 1 },
    ]);
  });

  it('loses nothing: every character is shown or named', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 60 }), (points) => {
        const text = String.fromCodePoint(...points);
        const back = reveal(text)
          .map((part) =>
            'code' in part
              ? String.fromCodePoint(Number.parseInt(part.code.slice(2), 16)).repeat(part.times)
              : part.text,
          )
          .join('');
        expect(back).toBe(text);
      }),
    );
  });
});
