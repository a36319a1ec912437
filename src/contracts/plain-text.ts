import { stableId } from '../kernel/ids.ts';

/**
 * Characters that make a text show other than it is: controls, format characters (bidi, zero-width), line and paragraph
 * separators, halves of a surrogate pair (which databases refuse).
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const unseenRuns = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** Of a hostile text no more than this many times the limit is looked at, however long it is. */
const LOOKED_AT = 4;

/**
 * Telemetry is hostile: a text from it, as one line for people. Each run of unseen characters becomes a space; what is longer
 * than `limit` (UTF-16 units) is cut and ends in an ellipsis beyond it.
 */
export function plainText(text: string, limit: number): string {
  if (text.length <= limit && !unseen.test(text)) return text;
  const plain = text.slice(0, limit * LOOKED_AT).replace(unseenRuns, ' ');
  return plain.length > limit || text.length > limit * LOOKED_AT ? `${plain.slice(0, limit).toWellFormed()}…` : plain;
}

const DIGEST = 16;

/**
 * A name from telemetry, fit to be kept: unchanged where it is at most `limit` UTF-16 units of visible characters. Otherwise
 * without what cannot be seen, cut, and marked with `~` and 16 hex digits of a digest of the whole, so that two names that
 * differ never become one and none passes for a name it only looks like. Never longer than `limit` (at least 32).
 */
export function plainName(name: string, limit = 256): string {
  if (name.length <= limit && !unseen.test(name)) return name;
  const visible = name.slice(0, limit * LOOKED_AT).replace(unseenRuns, '');
  return `${visible.slice(0, limit - DIGEST - 1).toWellFormed()}~${stableId(name).slice(0, DIGEST)}`;
}
