/**
 * What a word of a raw record is, for whoever asks for one and for the index that says where it cannot be.
 *
 * A run is a longest row of ASCII letters and digits, without regard to case; everything else stands between runs. Raw records are JSON
 * texts, so the letter of an escape (`\n`, `é`) may begin a run that it is no part of: such a run counts with it and without it.
 * Two runs with one of `.`, `_`, `-` between them are also a pair: an address or a dotted name is then more than common numbers.
 */

/** Runs longer than this are not indexed (and asked for by a scan): they are blobs, not words. */
const LONGEST = 64;
const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** Byte -> what it adds to a run (lower case), or 0 where it ends one. */
const folded = new Uint8Array(256);
for (let code = 0x30; code <= 0x39; code += 1) folded[code] = code;
for (let code = 0x61; code <= 0x7a; code += 1) {
  folded[code] = code;
  folded[code - 32] = code;
}
/** The letters of JSON's one-letter escapes. */
const escapes = new Uint8Array(256);
for (const letter of 'bfnrt') escapes[letter.charCodeAt(0)] = 1;
const joins = new Uint8Array(256);
for (const sign of '._-') joins[sign.charCodeAt(0)] = 1;

/** Hashes handed over at a time: a call for each costs more than the hash. */
const BATCH = 4096;

/**
 * Gives `sink` a 32-bit hash of every run of two or more signs, and of every pair, in `text` (UTF-8) from `start` to `end`. The same
 * text asked for as part of another gives hashes that the other gives too, if it begins and ends there as a word does (`wordPattern`).
 */
export function hashWords(text: Uint8Array, start: number, end: number, sink: WordSink): void {
  const batch = new Uint32Array(BATCH);
  const count = hashRange(text, start, end, sink, batch, 0);
  if (count > 0) sink(batch, count);
}

const QUOTE = 0x22;
const NEWLINE = 0x0a;

/**
 * As `hashWords`, of records with line feeds between, but leaves out most of what a record has in common with the one before it: texts
 * from one quotation mark to another, which end runs and pairs, so that the same bytes between give the same words. Sorted records of one
 * kind are alike in two thirds of their bytes, and to compare costs a fraction of hashing.
 */
export function hashRecords(text: Uint8Array, sink: WordSink): void {
  const batch = new Uint32Array(BATCH);
  const { length } = text;
  let count = 0;
  // Where the record and the one before it begin, and how far both have been read. What lies before `at` has been given.
  let start = 0;
  let before = 0;
  let at = 0;
  while (at < length) {
    let end = at;
    let mark = text[at] === QUOTE;
    if (mark && before < start && text[before] === QUOTE) {
      const same = sameUntil(text, before, at, start);
      at += same;
      before += same;
      end = at;
    }
    // To the next mark of both.
    for (end += 1; end < length; end += 1) {
      mark = text[end] === QUOTE;
      if (mark || text[end] === NEWLINE) break;
    }
    count = hashRange(text, at, end, sink, batch, count);
    if (mark || end >= length) {
      if (before < start) before += 1;
      while (before < start && text[before] !== QUOTE) before += 1;
    } else {
      before = start;
      start = end;
    }
    at = end;
  }
  if (count > 0) sink(batch, count);
}

/** How far the text at `at` is that at `before`, up to the last quotation mark they share; `limit` is where the text to compare with ends. */
function sameUntil(text: Uint8Array, before: number, at: number, limit: number): number {
  const most = Math.min(limit - before, text.length - at);
  let last = 0;
  for (let same = 1; same < most; same += 1) {
    const byte = text[at + same];
    if (byte !== text[before + same]) break;
    if (byte === QUOTE) last = same;
  }
  return last;
}

/** Adds the hashes of a range to `batch`, which has `count`; gives how many it has then. */
function hashRange(
  text: Uint8Array,
  start: number,
  end: number,
  sink: WordSink,
  batch: Uint32Array,
  given: number,
): number {
  let count = given;
  // The run just before a joining sign, with and without an escape's letters; 0 where there is none.
  let left = 0;
  let leftAlso = 0;
  let at = start;
  while (at < end) {
    if (folded[text[at] as number] === 0) {
      at += 1;
      continue;
    }
    const from = at;
    let hash = FNV_OFFSET;
    for (let code = folded[text[at] as number] as number; code !== 0; ) {
      hash = Math.imul(hash ^ code, FNV_PRIME);
      at += 1;
      if (at >= end) break;
      code = folded[text[at] as number] as number;
    }
    const length = at - from;
    const join = from > start ? (text[from - 1] as number) : 0;
    let also = 0;
    if (join === BACKSLASH) {
      const skip = escapeLength(text, from, length);
      if (skip > 0) {
        also = hashRun(text, from + skip, at);
        if (also !== 0 && at - from - skip > 1) {
          batch[count] = finish(also);
          count += 1;
        }
      }
    }
    const isWord = length <= LONGEST;
    if (isWord && length > 1) {
      batch[count] = finish(hash);
      count += 1;
    }
    if (isWord && left !== 0) {
      batch[count] = pair(left, join, hash);
      count += 1;
    }
    if (isWord && leftAlso !== 0) {
      batch[count] = pair(leftAlso, join, hash);
      count += 1;
    }
    if (count > BATCH - 4) {
      sink(batch, count);
      count = 0;
    }
    // A pair has exactly one sign between: after anything else the next run has no left neighbour.
    const joined = at + 1 < end && joins[text[at] as number] === 1 && folded[text[at + 1] as number] !== 0;
    left = joined && isWord ? hash : 0;
    leftAlso = joined ? also : 0;
  }
  return count;
}

/** Takes the first `count` of `hashes`, which are overwritten after it returns. */
export type WordSink = (hashes: Uint32Array, count: number) => void;

/** The run that remains without the escape's letters; its hash, or 0 where it is none. */
function hashRun(text: Uint8Array, from: number, end: number): number {
  const length = end - from;
  if (length < 1 || length > LONGEST) return 0;
  let hash = FNV_OFFSET;
  for (let at = from; at < end; at += 1) hash = Math.imul(hash ^ (folded[text[at] as number] as number), FNV_PRIME);
  return hash;
}

function escapeLength(text: Uint8Array, from: number, length: number): number {
  // Asked for without regard to case, so read so: `\\Nofoo` in a path must give what `\\nofoo` gives.
  const first = folded[text[from] as number] as number;
  if (escapes[first] === 1) return 1;
  if (first !== LETTER_U || length < 5) return 0;
  for (let at = from + 1; at < from + 5; at += 1) if ((folded[text[at] as number] as number) > 0x66) return 0;
  return 5;
}

function pair(left: number, join: number, right: number): number {
  return finish(Math.imul(left ^ join, FNV_PRIME) ^ Math.imul(right, 0x9e3779b1));
}

/** Murmur3's finalizer: FNV alone leaves the high bits poor. */
function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** How a JSON text writes what was asked for: a path's backslashes are doubled there. */
export function wordInRaw(word: string): string {
  return JSON.stringify(word).slice(1, -1);
}

/**
 * A regular expression (the syntax that RE2 and JavaScript share) for raw records that hold `word` as a word: without regard to the case
 * of ASCII letters, and where it begins or ends with a letter or digit, at the edge of a run. @param edges false at a side where the word may go on
 */
export function wordPattern(word: string, edges = { before: true, after: true }): string {
  const before = edges.before && /^[a-zA-Z0-9]/.test(word) ? '(?:^|[^a-zA-Z0-9]|\\\\[bfnrt]|\\\\u[0-9a-fA-F]{4})' : '';
  return `${before}${looseWordPattern(word, edges.after)}`;
}

/**
 * As `wordPattern`, but indifferent to what stands before: for a first look at each record. Four times as fast in RE2, which then has one
 * beginning to look for.
 */
export function looseWordPattern(word: string, edge = true): string {
  const written = wordInRaw(word);
  let pattern = '';
  for (const sign of written) {
    const lower = sign.toLowerCase();
    if (/[a-zA-Z]/.test(sign)) pattern += `[${lower}${lower.toUpperCase()}]`;
    else pattern += /[\s\w]|[^\x20-\x7e]/.test(sign) ? sign : `\\${sign}`;
  }
  const after = edge && /[a-zA-Z0-9]$/.test(written) ? '(?:$|[^a-zA-Z0-9])' : '';
  return `${pattern}${after}`;
}
