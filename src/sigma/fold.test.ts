import { expect, test } from 'vitest';
import { fold } from './fold.ts';

// From CaseFolding.txt (Unicode 16), one of each kind.
test.for<[string, string]>([
  ['ABCXYZ', 'abcxyz'],
  ['Straße', 'strasse'],
  ['STRASSE', 'strasse'],
  ['ẞ', 'ss'],
  ['ΣΊΣΥΦΟΣ', 'σίσυφοσ'],
  ['ς', 'σ'],
  ['µ', 'μ'],
  ['\u212a', 'k'],
  ['ſ', 's'],
  ['İ', 'i\u0307'],
  ['ı', 'ı'],
  ['ﬃ', 'ffi'],
  ['ŉ', 'ʼn'],
  ['և', 'եւ'],
  ['ЁЖ', 'ёж'],
  ['𐐀', '𐐨'],
  ['®😀-', '®😀-'],
])('%s folds to %s', ([text, folded]) => {
  expect(fold(text)).toBe(folded);
});

test('folding is by character: it agrees with itself on any cut', () => {
  const text = 'AΣßİıſ\u212aЯ𐐀µ®z';
  const characters = [...text];
  for (let i = 0; i <= characters.length; i++)
    expect(fold(characters.slice(0, i).join('')) + fold(characters.slice(i).join(''))).toBe(fold(text));
});
