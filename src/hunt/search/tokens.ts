import { wrong } from './problem.ts';

/** A run of signs of a word: within quotes nothing means anything but itself. */
export interface Run {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: number;
}

export type Token =
  | { readonly kind: '(' | ')' | '-' | 'AND' | 'OR' | 'NOT'; readonly at: number; readonly end: number }
  | { readonly kind: 'word'; readonly runs: readonly Run[]; readonly at: number; readonly end: number };

const space = /\s/;

/** Splits a search into words, parentheses and operators. Throws `HUNT_SEARCH_SYNTAX`. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const sign = text[at] as string;
    if (space.test(sign)) {
      at += 1;
    } else if (sign === '(' || sign === ')') {
      tokens.push({ kind: sign, at, end: at + 1 });
      at += 1;
    } else if (sign === '-' && !space.test(text[at + 1] ?? ' ')) {
      if (text[at + 1] === '-')
        throw wrong(text, at, 'one - means NOT, two mean nothing; quote the word to look for it');
      tokens.push({ kind: '-', at, end: at + 1 });
      at += 1;
    } else {
      const word = readWord(text, at);
      tokens.push(word);
      at = word.end;
    }
  }
  return tokens;
}

function readWord(text: string, start: number): Token {
  const runs: Run[] = [];
  let at = start;
  while (at < text.length && !/[\s()]/.test(text[at] as string)) {
    const run = text[at] === '"' ? readQuoted(text, at) : readBare(text, at);
    runs.push(run);
    at = run.end;
  }
  const [first] = runs;
  if (runs.length === 1 && first !== undefined && !first.quoted && /^(?:AND|OR|NOT)$/.test(first.text))
    return { kind: first.text as 'AND' | 'OR' | 'NOT', at: start, end: at };
  return { kind: 'word', runs, at: start, end: at };
}

function readBare(text: string, at: number): Run & { readonly end: number } {
  let end = at;
  while (end < text.length && !/[\s()"]/.test(text[end] as string)) end += 1;
  return { text: text.slice(at, end), quoted: false, at, end };
}

/** A backslash is a backslash, as paths need it; a quote within quotes is written twice. */
function readQuoted(text: string, at: number): Run & { readonly end: number } {
  let read = '';
  for (let next = at + 1; next < text.length; next += 1) {
    if (text[next] !== '"') read += text[next];
    else if (text[next + 1] === '"') {
      read += '"';
      next += 1;
    } else return { text: read, quoted: true, at, end: next + 1 };
  }
  throw wrong(text, at, 'this quote is not closed; write " at the end of the phrase, and "" for a quote within it');
}
