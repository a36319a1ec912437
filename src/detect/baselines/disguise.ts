/** Characters of a line that are looked at. */
const READ = 2000;
/** A run of base64 at least so long is decoded, so much of it. */
const RUN = 20;
const DECODED = 120;
/** Words at least so long have an entropy worth the name. */
const WORD = 40;

/** How a command line hides what it says; each from 0. */
export interface Disguise {
  /** Characters of base64 that decode to text. */
  readonly encoded: number;
  /** Carets, backticks and quotes within words, and pieces of text joined by a plus. */
  readonly broken: number;
  /** Format items (`{0}`), characters by number (`[char]`), substrings of variables (`:~`). */
  readonly assembled: number;
  /** Bits a character of the longest word without white space. */
  readonly entropy: number;
  /** Changes of case within words beyond what names have. */
  readonly flips: number;
  /** All of it in one number, 0 (plain) to 9. */
  readonly score: number;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isUpper = (code: number): boolean => code >= 65 && code <= 90;
const isLetter = (code: number): boolean => isUpper(code) || (code >= 97 && code <= 122);
const isCode = (code: number): boolean => isDigit(code) || isLetter(code) || code === 43 || code === 47;

/** Measures a command line in one pass each; no expression that could backtrack. */
export function disguiseOf(line: string): Disguise {
  const text = line.slice(0, READ);
  const encoded = encodedIn(text);
  const broken = brokenIn(text);
  const assembled = assembledIn(text);
  const entropy = entropyIn(text);
  const flips = flipsIn(text);
  const score =
    Math.min(3, encoded / 40) +
    Math.min(2, broken / 4) +
    Math.min(1.5, assembled / 4) +
    Math.min(1.5, Math.max(0, entropy - 4.7)) +
    Math.min(1, flips / 10);
  return { encoded, broken, assembled, entropy, flips, score };
}

function encodedIn(text: string): number {
  let most = 0;
  for (let at = 0; at < text.length; ) {
    if (!isCode(text.charCodeAt(at))) {
      at += 1;
      continue;
    }
    let end = at;
    while (end < text.length && isCode(text.charCodeAt(end))) end += 1;
    if (end - at >= RUN && end - at > most && isText(text.slice(at, Math.min(end, at + DECODED)))) most = end - at;
    at = end;
  }
  return most;
}

/** Whether base64 hides letters: as ASCII, or as UTF-16 with every second byte 0, which is how PowerShell takes it. */
function isText(code: string): boolean {
  const bytes = Buffer.from(code.slice(0, code.length & ~3), 'base64');
  if (bytes.length < 12) return false;
  let [printable, zero] = [0, 0];
  for (const [place, byte] of bytes.entries()) {
    if (place % 2 === 1 && byte === 0) zero += 1;
    else if ((byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13) printable += 1;
  }
  return printable + zero >= 0.97 * bytes.length;
}

function brokenIn(text: string): number {
  let count = 0;
  for (let at = 1; at + 1 < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const between = isLetter(text.charCodeAt(at - 1)) && isLetter(text.charCodeAt(at + 1));
    if ((code === 94 || code === 96) && isLetter(text.charCodeAt(at + 1))) count += 1;
    else if ((code === 34 || code === 39) && between) count += 1;
    else if (code === 43 && isQuote(text.charCodeAt(at - 1)) && isQuote(text.charCodeAt(at + 1))) count += 1;
  }
  return count;
}

const isQuote = (code: number): boolean => code === 34 || code === 39;

function assembledIn(text: string): number {
  const lower = text.toLowerCase();
  let count = 0;
  for (let at = lower.indexOf('{'); at !== -1; at = lower.indexOf('{', at + 1))
    if (isDigit(lower.charCodeAt(at + 1)) && lower.indexOf('}', at) <= at + 3 && lower.indexOf('}', at) !== -1)
      count += 1;
  for (const sign of ['[char]', ':~', 'chr('])
    for (let at = lower.indexOf(sign); at !== -1; at = lower.indexOf(sign, at + sign.length)) count += 1;
  return count;
}

function entropyIn(text: string): number {
  let [from, best, bestFrom] = [0, 0, 0];
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && text.charCodeAt(at) > 32) continue;
    if (at - from > best) [best, bestFrom] = [at - from, from];
    from = at + 1;
  }
  if (best < WORD) return 0;
  const counts = new Uint16Array(128);
  for (let at = bestFrom; at < bestFrom + best; at += 1) {
    const code = Math.min(127, text.charCodeAt(at));
    counts[code] = (counts[code] ?? 0) + 1;
  }
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / best) * Math.log2(count / best);
  return bits;
}

/** `PoWeRsHeLl` has nine; `DownloadString` and `XMLHttpRequest` have as many as names have and count nothing, nor do runs of code. */
function flipsIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; ) {
    let [end, flips] = [at, 0];
    while (end < text.length && isCode(text.charCodeAt(end))) {
      const isTurn = end > at && isUpper(text.charCodeAt(end)) !== isUpper(text.charCodeAt(end - 1));
      if (isTurn && isLetter(text.charCodeAt(end)) && isLetter(text.charCodeAt(end - 1))) flips += 1;
      end += 1;
    }
    const length = end - at;
    if (length >= 4 && length < RUN) count += Math.max(0, flips - Math.ceil(length / 2.5));
    at = Math.max(end, at + 1);
  }
  return count;
}
