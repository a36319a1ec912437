/**
 * Full Unicode case folding (CaseFolding.txt, status C and F, of the runtime's Unicode; Cherokee folds to the other case,
 * which compares alike) of a string, code point by code point, so that
 * fold(a + b) = fold(a) + fold(b): prefixes, suffixes and substrings of folded text mean what they mean of the text.
 * `toLowerCase` alone is neither: it knows no ß = ss, and turns Σ into ς or σ by its neighbours.
 */
export function fold(text: string): string {
  return foldsPlainly(text) ? text.toLowerCase() : foldSlowly(text);
}

/** True where folding keeps every character in its place and makes no ASCII letter of another character. */
export function foldsPlainly(text: string): boolean {
  return !needsCare.test(text);
}

/** Everything beyond Latin-1, and the two Latin-1 characters that lower-casing gets wrong (µ and ß). */
const needsCare = /[\u00b5\u00df\u0100-\uffff]/;

function foldSlowly(text: string): string {
  let folded = '';
  for (const character of text) folded += foldCharacter(character);
  return folded;
}

const known = new Map<string, string>();

/** One code point. Lower, upper, lower reaches the folded form for all but dotless i, which folds to itself. */
export function foldCharacter(character: string): string {
  if (character < '\u0080') return character.toLowerCase();
  const cached = known.get(character);
  if (cached !== undefined) return cached;
  let folded = character;
  if (character !== '\u0131') {
    folded = '';
    for (const upper of character.toLowerCase().toUpperCase()) folded += upper.toLowerCase();
  }
  // Bounded: there are fewer than 3,000 cased code points; the rest fold to themselves and are not kept.
  if (folded !== character) known.set(character, folded);
  return folded;
}
