import type { LakeColumn } from '../../contracts/lake.ts';

/** A part of what is looked for: text as it stands, or a wildcard: `*` any signs, `?` one. */
export type Piece = { readonly text: string } | { readonly wild: '*' | '?' };

/** What a term asks of its columns. Bounds are inclusive, `-Infinity` and `Infinity` where open; times are epoch ms. */
export type Test =
  | { readonly kind: 'text'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'words'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'present' }
  | { readonly kind: 'number'; readonly from: number; readonly to: number }
  | { readonly kind: 'time'; readonly from: number; readonly to: number }
  | { readonly kind: 'flag'; readonly is: boolean };

export interface Term {
  readonly kind: 'term';
  /** One of these has to pass. */
  readonly columns: readonly LakeColumn[];
  readonly test: Test;
  /** As it was written. */
  readonly text: string;
}

/** A search as read. What a column does not say passes no test, so that `not` of a test finds it. */
export type Search =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Search[] }
  | { readonly kind: 'not'; readonly part: Search }
  | Term;
