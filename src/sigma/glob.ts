import { fold, foldCharacter } from './fold.ts';
import { any, one, type Parts } from './text-pattern.ts';

type Segment = readonly (string | typeof one)[];

/** Where the character that begins at an index ends; -1 where no character begins there or the text is over. */
type Step = (at: number) => number;

/**
 * A test for patterns with inner wildcards. Literals are looked for leftmost first, which is right for `*` and bounds the
 * work by text times pattern. `?` takes one character of the text as it was before folding (ß is one, though it folds to ss).
 */
export function globTest(parts: Parts, cased: boolean): (text: string) => boolean {
  const segments = cut(cased ? parts : parts.map((part) => (typeof part === 'string' ? fold(part) : part)));
  return (text) => {
    if (cased) return fits(segments, text, codePointStep(text));
    const folded = fold(text);
    return fits(segments, folded, folded.length === text.length ? codePointStep(folded) : foldedStep(text));
  };
}

/** Between every two segments stands a `*`; a leading or trailing `*` gives an empty segment there. */
function cut(parts: Parts): Segment[] {
  const segments: (string | typeof one)[][] = [[]];
  for (const part of parts) {
    if (part === any) segments.push([]);
    else segments.at(-1)?.push(part);
  }
  return segments;
}

function fits(segments: readonly Segment[], text: string, step: Step): boolean {
  const first = segments[0] ?? [];
  let at = follow(first, text, 0, step);
  if (at === -1) return false;
  if (segments.length === 1) return at === text.length;
  for (const segment of segments.slice(1, -1)) {
    at = find(segment, text, at, step, false);
    if (at === -1) return false;
  }
  return find(segments.at(-1) ?? [], text, at, step, true) !== -1;
}

/** The end of `segment` matched exactly at `at`, or -1. */
function follow(segment: Segment, text: string, at: number, step: Step): number {
  let end = at;
  for (const piece of segment) {
    if (piece === one) {
      end = step(end);
      if (end === -1) return -1;
    } else if (text.startsWith(piece, end)) end += piece.length;
    else return -1;
  }
  return end;
}

/** The end of the leftmost match from `from` on (with `toEnd`: of one that ends with the text), or -1. */
function find(segment: Segment, text: string, from: number, step: Step, toEnd: boolean): number {
  if (segment.length === 0) return toEnd ? text.length : from;
  const [head] = segment;
  const pure = segment.length === 1 && typeof head === 'string';
  if (pure && toEnd) return text.length - head.length >= from && text.endsWith(head) ? text.length : -1;
  for (let start = from; start <= text.length; start++) {
    if (typeof head === 'string') {
      start = text.indexOf(head, start);
      if (start === -1) return -1;
      if (pure) return start + head.length;
    }
    const end = follow(segment, text, start, step);
    if (end !== -1 && (!toEnd || end === text.length)) return end;
  }
  return -1;
}

function codePointStep(text: string): Step {
  return (at) => {
    if (at >= text.length) return -1;
    const lead = text.charCodeAt(at);
    if (lead < 0xd800 || lead > 0xdbff) return at + 1;
    const trail = text.charCodeAt(at + 1);
    return trail >= 0xdc00 && trail <= 0xdfff ? at + 2 : at + 1;
  };
}

function foldedStep(original: string): Step {
  const ends = new Map<number, number>();
  let at = 0;
  for (const character of original) {
    const end = at + foldCharacter(character).length;
    ends.set(at, end);
    at = end;
  }
  return (from) => ends.get(from) ?? -1;
}
