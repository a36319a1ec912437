interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export const figure = (value: number, digits = 3): string => value.toFixed(digits);

/** A figure with its 95 % interval. */
export const within = ({ value, low, high }: Estimate, digits = 3): string =>
  `${figure(value, digits)} (${figure(low, digits)} to ${figure(high, digits)})`;

/** How many of what: `1 verdict`, `2 verdicts`. */
export const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Versions are long digests; eight digits tell those of a tenant apart. */
export const shortId = (id: string): string => id.slice(0, 8);
