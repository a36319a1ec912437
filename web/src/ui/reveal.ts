/**
 * Telemetry is written by strangers. Characters that hide, reorder or stack text are replaced by their code point's
 * name before they reach the screen, so that what a person reads is what was recorded.
 */
export type Segment =
  | { readonly text: string }
  | { readonly code: string; readonly name: string; readonly times: number };

const names: Readonly<Record<string, string>> = {
  '0000': 'null',
  '0007': 'bell',
  '0008': 'backspace',
  '000D': 'carriage return',
  '001B': 'escape',
  '00AD': 'soft hyphen',
  '061C': 'Arabic letter mark',
  '200B': 'zero-width space',
  '200C': 'zero-width non-joiner',
  '200D': 'zero-width joiner',
  '200E': 'left-to-right mark',
  '200F': 'right-to-left mark',
  '202A': 'left-to-right embedding',
  '202B': 'right-to-left embedding',
  '202C': 'pop directional formatting',
  '202D': 'left-to-right override',
  '202E': 'right-to-left override',
  '2066': 'left-to-right isolate',
  '2067': 'right-to-left isolate',
  '2068': 'first strong isolate',
  '2069': 'pop directional isolate',
  FEFF: 'zero-width no-break space',
};

// Controls except tab and newline; format characters (bidi, zero-width, tags); blank fillers; lone surrogates;
// and stacks of more than three combining marks, which can paint over neighbouring lines.
const suspicious =
  /(?![\t\n])\p{Cc}|\p{Cf}|\u034f|[\u115f\u1160]|[\u17b4\u17b5]|[\u180b-\u180f]|[\u2028\u2029\u2800\u3164\uffa0]|[\ufe00-\ufe0f]|\p{Cs}|(?<=\p{M}{3})\p{M}/gu;

/** A run of one character is one token: a million of them must not become a million elements. */
function token(character: string, times: number): Segment {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { code: `U+${code}`, name: names[code] ?? 'invisible or control character', times };
}

/** Splits text into what may be shown as it is and what must be named. Joining the shown text and codes loses nothing. */
export function reveal(text: string): readonly Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  let run = { character: '', times: 0 };
  const flush = () => {
    if (run.times > 0) segments.push(token(run.character, run.times));
    run = { character: '', times: 0 };
  };
  for (const { 0: character, index } of text.matchAll(suspicious)) {
    if (index > from || character !== run.character) flush();
    if (index > from) segments.push({ text: text.slice(from, index) });
    run = { character, times: run.times + 1 };
    from = index + character.length;
  }
  flush();
  if (from < text.length) segments.push({ text: text.slice(from) });
  return segments;
}

/** `U+202E`, `U+200B ×12`. */
export const tokenText = ({ code, times }: { readonly code: string; readonly times: number }): string =>
  times === 1 ? code : `${code} ×${times}`;

/** The same as one plain string, for places that take no markup (titles, labels). */
export const revealed = (text: string): string =>
  reveal(text)
    .map((segment) => ('code' in segment ? `⟨${tokenText(segment)}⟩` : segment.text))
    .join('');
