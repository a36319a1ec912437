import { RE2JS } from 're2js';
import type { SigmaEvent } from './event.ts';
import { oracleCidr, oracleFold, wildMatcher } from './oracle-matching.ts';
import type { OraclePattern } from './oracle-patterns.ts';

/** A value of an event, with its text and its folded text; both empty where it has none. */
export interface SeenValue {
  readonly value: unknown;
  readonly text: string;
  readonly folded: string;
}

/** A pattern made ready: it looks at the field as a whole, or at one value of it. */
export type OracleTest =
  | { readonly of: 'whole'; readonly meets: (whole: unknown) => boolean }
  | { readonly of: 'value'; readonly meets: (seen: SeenValue, event: SigmaEvent) => boolean };

const decimal = /^[+-]?[0-9]+(\.[0-9]+)?$/;

export function oracleTest(pattern: OraclePattern): OracleTest {
  if (pattern.is === 'exists') return { of: 'whole', meets: (whole) => (whole !== undefined) === pattern.wanted };
  if (pattern.is === 'null') return { of: 'value', meets: ({ value }) => value === null || value === undefined };
  const meets = meetsText(pattern);
  return {
    of: 'value',
    meets: (seen, event) =>
      seen.value !== null && seen.value !== undefined && typeof seen.value !== 'object' && meets(seen, event),
  };
}

/** For values that are there and have no parts. */
function meetsText(
  pattern: Exclude<OraclePattern, { is: 'exists' | 'null' }>,
): (seen: SeenValue, event: SigmaEvent) => boolean {
  switch (pattern.is) {
    case 'wild': {
      const matches = wildMatcher(pattern.tokens, pattern.cased);
      return ({ text, folded }) => matches(text, folded);
    }
    case 'number': {
      const source = oracleFold(pattern.source);
      return ({ value, text, folded }) => {
        if (typeof value === 'number') return value === pattern.value;
        if (typeof value === 'bigint') return text === pattern.source;
        if (typeof value !== 'string') return false;
        if (folded === source) return true;
        return (
          decimal.test(text) && Number(text) === pattern.value && !(Math.abs(pattern.value) > Number.MAX_SAFE_INTEGER)
        );
      };
    }
    case 'boolean':
      return ({ value, text }) =>
        typeof value === 'boolean'
          ? value === pattern.value
          : typeof value === 'string' && text.toLowerCase() === String(pattern.value);
    case 'compare':
      return ({ value, text }) => {
        if (typeof value === 'boolean' || (typeof value === 'string' && !decimal.test(text))) return false;
        const number = Number(value);
        return (
          {
            lt: number < pattern.limit,
            lte: number <= pattern.limit,
            gt: number > pattern.limit,
            gte: number >= pattern.limit,
          }[pattern.than] ?? false
        );
      };
    case 'regex': {
      const bits =
        (pattern.flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
        (pattern.flags.includes('m') ? RE2JS.MULTILINE : 0) |
        (pattern.flags.includes('s') ? RE2JS.DOTALL : 0);
      const regex = RE2JS.compile(pattern.source, bits);
      return ({ text }) => regex.matcher(text).find();
    }
    case 'cidr':
      return ({ text }) => oracleCidr(pattern.network, text);
    case 'field':
      return ({ text, folded }, event) => {
        const other = event.lens.reader(pattern.field)(event.record);
        const others = Array.isArray(other) ? (other.flat(20) as unknown[]) : [other];
        return others.some((candidate) => {
          if (candidate === null || candidate === undefined || typeof candidate === 'object') return false;
          const tokens = [...String(candidate)];
          return wildMatcher(
            [
              ...(pattern.open[0] ? [{ any: true as const }] : []),
              ...tokens,
              ...(pattern.open[1] ? [{ any: true as const }] : []),
            ],
            pattern.cased,
          )(text, folded);
        });
      };
  }
}
