/** Characters read of a command line, and kept: of longer ones the beginning and the end. */
const READ = 2000;
const HEAD = 288;
const TAIL = 96;
/** From so many characters on, a run of such letters is a value, not a word. */
const HEX_RUN = 8;
const CODE_RUN = 24;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isHex = (code: number): boolean => isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
/** base64 and its variant for addresses. */
const isCode = (code: number): boolean => isDigit(code) || isLetter(code) || code === 43 || code === 47 || code === 61;

function run(text: string, from: number, holds: (code: number) => boolean): number {
  let end = from;
  while (end < text.length && holds(text.charCodeAt(end))) end += 1;
  return end;
}

/** Whether a run mixes cases and digits as code does, and words and paths do not. */
function isMixed(text: string, from: number, end: number): boolean {
  let [upper, lower, digits] = [0, 0, 0];
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) digits += 1;
    else if (code >= 65 && code <= 90) upper += 1;
    else if (code >= 97) lower += 1;
  }
  return upper > 2 && lower > 2 && digits > 0;
}

/** What stands for any character beyond ASCII. */
const OTHER = '\u007f';

/** After which a person's name follows in a path. */
const homes = ['\\users\\', '/users/', '/home/', '\\profiles\\'];

/**
 * A command line with what differs from day to day blanked: numbers as `0`, hexadecimal runs (GUIDs, hashes) as `h`, long runs of code as
 * `b`, the person's name in a home directory and given names (the user, the host) as `u`; in lower case, white space once. One pass.
 */
export function plainLine(line: string, names: readonly (string | undefined)[] = []): string {
  const text = line.length > READ ? line.slice(0, READ) : line;
  let out = '';
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    const isStart = at === 0 || !isCode(text.charCodeAt(at - 1));
    if (isStart && isCode(code)) {
      const end = run(text, at, isCode);
      if (end - at >= CODE_RUN && isMixed(text, at, end)) {
        out += 'b';
        at = end;
        continue;
      }
    }
    if (isHex(code)) {
      const end = run(text, at, isHex);
      if (end - at >= HEX_RUN) {
        if (!out.endsWith('h') && !out.endsWith('h-')) out += 'h';
        at = end;
        continue;
      }
    }
    if (isDigit(code)) {
      at = run(text, at, isDigit);
      if (!out.endsWith('0') && !out.endsWith('h-')) out += '0';
    } else if (code <= 32) {
      at = run(text, at, (each) => each <= 32);
      out += ' ';
    } else {
      out += code < 127 ? (text[at] ?? '').toLowerCase() : OTHER;
      at += 1;
      if (code === 92 || code === 47) {
        const end = personEnd(text, at, out);
        if (end > at) {
          out += 'u';
          at = end;
        }
      }
    }
  }
  for (const name of names) if (name !== undefined && name.length > 2) out = out.replaceAll(name.toLowerCase(), 'u');
  return out.length <= HEAD + TAIL ? out : out.slice(0, HEAD) + out.slice(-TAIL);
}

function personEnd(text: string, at: number, out: string): number {
  if (!homes.some((home) => out.endsWith(home))) return at;
  return run(text, at, (code) => code !== 92 && code !== 47 && code !== 34 && code > 31);
}
