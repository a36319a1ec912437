/** How many distinct things set bits of 64 by hash: linear counting (Whang et al. 1990). Infinity where all are set, from about 250 on. */
export function linearCount(low: number, high: number): number {
  const free = 64 - ones(low) - ones(high);
  return free === 0 ? Number.POSITIVE_INFINITY : Math.round(-64 * Math.log(free / 64));
}

function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
