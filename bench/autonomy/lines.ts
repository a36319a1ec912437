/** What a simulation says, one JSON line each. Shares are of all simulated classes of the case. */
export interface PromotionLine {
  readonly case: string;
  /** The share of wrong closures that the class was made with. */
  readonly trueError: number;
  readonly promotedShare: number;
  /** Counted cases at promotion, median of the promoted; null where none was. */
  readonly medianCases: number | null;
  /** Promoted, and with a realised error at or above the target. */
  readonly wrongShare?: number;
  /** Of the classes whose realised error is at or above the target, the share promoted. */
  readonly wrongOfAbove?: number | null;
  /** Where recall decides: the share that the evidence on the error rate alone would have promoted. */
  readonly byEvidenceAlone?: number;
  readonly classes: number;
  readonly promise: string | null;
  /** Whether the promise holds; null where the line is there for comparison or states a limit. */
  readonly holds: boolean | null;
}

export interface DemotionLine {
  readonly case: string;
  readonly driftTo: number;
  readonly meanReviewsToDemotion: number;
  readonly p95: number;
  readonly classes: number;
  readonly promise: string | null;
  readonly holds: boolean | null;
}

export type Line = PromotionLine | DemotionLine;

/** What a line must show, in words and as a check; none for a comparison or a limit. */
export interface Promised<Measured> {
  readonly words: string;
  readonly check: (measured: Measured) => boolean;
}

export function held<Measured>(promised: Promised<Measured> | null, measured: Measured) {
  return { promise: promised?.words ?? null, holds: promised?.check(measured) ?? null };
}

/** The value below which this share of the values lies; null where there is none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}

/** Four digits after the point: a ten-thousandth is one class. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
