import type { Drawable } from '../ports/state/below.ts';

/** One that is drawn, with the probability that it was. */
export interface Drawn {
  readonly id: string;
  readonly share: number;
}

/** Nothing is so unlikely that nobody may ever look at it. */
const LEAST_SIZE = 0.05;

/**
 * Draws `count` of the population by systematic sampling with probability proportional to size (Madow 1949), the size being the square root
 * of the threat probability: what is likelier is looked at more often, and everything sometimes. Each one's share is exactly the probability
 * with which it is drawn, so that 1 / share weights what was found back to all (Horvitz & Thompson 1952).
 *
 * @param start in [0, 1), unforeseeable
 */
export function drawBelow(population: readonly Drawable[], count: number, start: number): readonly Drawn[] {
  const shares = sharesOf(population, count);
  const drawn: Drawn[] = [];
  let passed = 0;
  let next = start;
  for (const [place, { id }] of population.entries()) {
    const share = shares[place] ?? 0;
    passed += share;
    // Shares add up to a whole number but for rounding, which may not draw one more.
    if (next < passed && share > 0 && drawn.length < count) {
      drawn.push({ id, share });
      next += 1;
    }
  }
  return drawn;
}

/** Proportional to size and none above 1: what would be is drawn for certain, and the rest share what is left. */
function sharesOf(population: readonly Drawable[], count: number): readonly number[] {
  if (count <= 0) return population.map(() => 0);
  if (count >= population.length) return population.map(() => 1);
  const sizes = population.map(({ probability }) => Math.max(LEAST_SIZE, Math.sqrt(probability)));
  const certain = new Set<number>();
  for (;;) {
    let rest = 0;
    for (const [place, size] of sizes.entries()) if (!certain.has(place)) rest += size;
    const left = count - certain.size;
    const shares = sizes.map((size, place) => (certain.has(place) ? 1 : (left * size) / rest));
    const over = shares.flatMap((share, place) => (share >= 1 && !certain.has(place) ? [place] : []));
    if (over.length === 0) return shares;
    for (const place of over) certain.add(place);
  }
}
