/** Steps an octave: neighbours are 8 % apart. */
const STEPS = 9;
/** The smallest number above 0 is 2^-8: three in a month of hours. */
const LOWEST = -8;

const decoded = Float64Array.from({ length: 256 }, (_, code) => (code === 0 ? 0 : 2 ** ((code - 1) / STEPS + LOWEST)));

/** What a code stands for; 0 for 0, up to about 1.2 million. */
export function decode(code: number | undefined): number {
  return decoded[code ?? 0] ?? 0;
}

/**
 * A number from 0 up in one byte, on a logarithmic scale. It is rounded up or down so that the mean is right (stochastic rounding:
 * Gupta et al. 2015), or a running mean would stand still wherever its steps are smaller than those of the code.
 *
 * @param dither in [0, 1), see `ditherOf`
 */
export function encode(value: number, dither: number): number {
  if (!(value > 0)) return 0;
  const smallest = decoded[1] ?? 0;
  if (value < smallest) return dither < value / smallest ? 1 : 0;
  const code = Math.min(255, 1 + Math.floor(STEPS * (Math.log2(value) - LOWEST) + 1e-9));
  if (code === 255) return 255;
  const [below, above] = [decode(code), decode(code + 1)];
  return dither < (value - below) / (above - below) ? code + 1 : code;
}

/** Evenly spread over [0, 1), and the same whenever it is asked for the same: a replay rounds as the first run did. */
export function ditherOf(a: number, b: number): number {
  let mixed = Math.imul(a ^ 0x9e3779b9, 2246822507) ^ Math.imul(b ^ 0x85ebca6b, 3266489909);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 2654435761);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 1597334677);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
