import type { BelowTheLine, DrawnBelow } from '../../contracts/below-the-line.ts';

/** What may be drawn of one day. */
export interface Drawable {
  readonly id: string;
  readonly probability: number;
}

/** What a transaction keeps of stories that were not put before a person. */
export interface BelowRows {
  /** Inserts, or brings up to date but for `addedAt`. */
  put(rows: readonly BelowTheLine[]): Promise<void>;
  /** They have become findings, by growing or because there was room. */
  surfaced(tenant: string, ids: readonly string[], at: number): Promise<void>;
  /**
   * Most expected loss first; those that were drawn or surfaced are findings, and not among them. `text` (lower case) is looked for in titles,
   * entities and detectors.
   */
  page(
    tenant: string,
    filter: { readonly text?: string; readonly why?: BelowTheLine['why'] },
    cursor: string | null,
    limit: number,
  ): Promise<{ readonly items: readonly BelowTheLine[]; readonly next: string | null; readonly total: number }>;
  /** Added from `from` and before `to`, neither drawn nor surfaced yet; by id. */
  drawable(tenant: string, from: number, to: number): Promise<readonly Drawable[]>;
  /** Whether a day (its first moment, epoch ms) was drawn from. */
  wasDrawn(tenant: string, day: number): Promise<boolean>;
  /** Records the draw of a day; does nothing where that day was drawn from before. */
  draw(
    tenant: string,
    draw: {
      readonly day: number;
      readonly at: number;
      readonly population: number;
      readonly drawn: readonly DrawnBelow[];
    },
  ): Promise<void>;
  /** Newest first, at most 1,000. */
  drawn(tenant: string): Promise<readonly DrawnBelow[]>;
  /** Forgets what was last seen before; what was drawn stays. Says how many. */
  forget(tenant: string, before: number): Promise<number>;
}
