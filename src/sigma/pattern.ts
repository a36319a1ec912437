import { type Parts, writeText } from './text-pattern.ts';

/** What one value of a rule asks of one value of an event, after all modifiers. */
export type Pattern =
  | { readonly kind: 'text'; readonly parts: Parts; readonly cased: boolean }
  | { readonly kind: 'number'; readonly value: number; readonly source: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'exists'; readonly value: boolean }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | { readonly kind: 'compare'; readonly than: Comparison; readonly value: number }
  | { readonly kind: 'cidr'; readonly network: string }
  | { readonly kind: 'field'; readonly field: string; readonly relation: Relation; readonly cased: boolean };

export type Comparison = 'lt' | 'lte' | 'gt' | 'gte';
export type Relation = 'equals' | 'startswith' | 'endswith' | 'contains';
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** One line of a selection, ready to be compiled: a field (or all values, for keywords) against patterns. */
export interface Item {
  readonly kind: 'item';
  /** undefined: a keyword search over every value. */
  readonly field: string | undefined;
  readonly modifiers: readonly string[];
  readonly patterns: readonly Pattern[];
  /** All patterns must be met rather than one. */
  readonly all: boolean;
  /** `neq`: holds where the rest does not. */
  readonly negated: boolean;
  readonly part: TimePart | undefined;
  readonly line: number;
}

const comparisonSigns: Record<Comparison, string> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };

/** For people: the pattern as explanations show it. */
export function describePattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'text':
      return writeText(pattern.parts);
    case 'number':
      return pattern.source;
    case 'boolean':
      return String(pattern.value);
    case 'null':
      return 'null';
    case 'exists':
      return pattern.value ? 'exists' : 'is missing';
    case 'regex':
      return `/${pattern.source}/${pattern.flags}`;
    case 'compare':
      return `${comparisonSigns[pattern.than]} ${pattern.value}`;
    case 'cidr':
      return pattern.network;
    case 'field':
      return `${pattern.relation} field ${pattern.field}`;
  }
}
