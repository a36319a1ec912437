import { RuleFault } from './problem.ts';

/** `*`: any text, also none. `?`: exactly one character (code point). */
export const any = 0;
export const one = 1;
/** A Sigma string taken apart: literal texts and wildcards. Never two literals in a row, never an empty literal. */
export type Parts = readonly Part[];
export type Part = string | typeof any | typeof one;

/** Reads Sigma's escapes: `\` is itself except before `*`, `?` and `\` (Sigma rules specification 2.1, "Escape Character"). */
export function parseText(source: string): Parts {
  const parts: Part[] = [];
  let literal = '';
  for (let i = 0; i < source.length; i++) {
    const character = source.charAt(i);
    const next = source.charAt(i + 1);
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next;
      i++;
    } else if (character === '*' || character === '?') {
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push(character === '*' ? any : one);
    } else literal += character;
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

/** Joins what stands side by side and drops `*` after `*`. */
export function joinParts(parts: Parts): Parts {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part === '') continue;
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else if (!(part === any && last === any)) joined.push(part);
  }
  return joined;
}

/** The pattern as a rule would write it. */
export function writeText(parts: Parts): string {
  return parts
    .map((part) =>
      part === any ? '*' : part === one ? '?' : part.replace(/\\(?=[*?\\]|$)|[*?]/g, (found) => `\\${found}`),
    )
    .join('');
}

/** The text itself; a fault where it holds a wildcard that `purpose` cannot take. */
export function literalOf(parts: Parts, purpose: string, line: number): string {
  if (parts.some((part) => typeof part !== 'string')) {
    throw new RuleFault(
      'SIGMA_MODIFIER_VALUE',
      `${purpose} takes no wildcards: ${JSON.stringify(writeText(parts).slice(0, 80))}`,
      line,
    );
  }
  return parts.join('');
}
