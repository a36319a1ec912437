import type { TuningLine } from '../../contracts/tuning.ts';
import { folded } from './literal.ts';

/** A part shorter than this says too little. */
const LEAST = 8;
/** Pieces of a text that are looked through for one in the middle. */
const MOST_PIECES = 64;
const boundary = /[\\/\s"'=:,;|]/;

/**
 * What texts that differ have in common, cut at the signs that separate words and folders: how they begin and end, else the longest run in the
 * middle. None where that says too little.
 *
 * @param texts at least one
 */
export function commonParts(field: string, texts: readonly string[]): readonly TuningLine[] {
  const [first = '', ...others] = texts;
  const rest = others.map(folded);
  const line = (modifier: TuningLine['modifier'], value: string): TuningLine[] =>
    value.trim().length < LEAST ? [] : [{ field, modifier, values: [value] }];
  const ends = [...line('startswith', commonStart(first, rest)), ...line('endswith', commonEnd(first, rest))];
  return ends.length > 0 ? ends : line('contains', commonMiddle(first, rest));
}

function commonStart(first: string, rest: readonly string[]): string {
  const own = folded(first);
  // Folding that changes the length would cut in the wrong place.
  if (own.length !== first.length) return '';
  let length = own.length;
  for (const text of rest) while (!text.startsWith(own.slice(0, length))) length -= 1;
  const isWhole = rest.every((text) => length === text.length || boundary.test(text.charAt(length)));
  if (isWhole && (length === own.length || boundary.test(own.charAt(length)))) return first.slice(0, length);
  while (length > 0 && !boundary.test(own.charAt(length - 1))) length -= 1;
  return first.slice(0, length);
}

function commonEnd(first: string, rest: readonly string[]): string {
  const own = folded(first);
  if (own.length !== first.length) return '';
  let at = 0;
  for (const text of rest) while (!text.endsWith(own.slice(at))) at += 1;
  while (at > 0 && at < own.length && !boundary.test(own.charAt(at)) && !boundary.test(own.charAt(at - 1))) at += 1;
  return first.slice(at);
}

function commonMiddle(first: string, rest: readonly string[]): string {
  const pieces = first.split(new RegExp(`(?=${boundary.source})`)).slice(0, MOST_PIECES);
  let longest = '';
  for (let from = 0; from < pieces.length; from++) {
    for (let to = pieces.length; to > from; to--) {
      const run = pieces.slice(from, to).join('');
      if (run.length <= longest.length) break;
      const sought = folded(run);
      if (rest.every((text) => text.includes(sought))) longest = run;
    }
  }
  return longest;
}
