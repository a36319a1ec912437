const DAY = 1440;
/** Gaps are remembered by blocks of so many days, of each block the longest. */
const BLOCK_DAYS = 15;
const BLOCKS = 6;
const LONGEST = 24;
/** Order statistics that the tail is told from. */
const TAIL = 8;
/** The tail's index where nothing is known of it yet, and how many order statistics that is worth. */
const PRIOR = { index: 0.25, worth: 4 };
/** Days in which a gap beyond the bound is to be met once. A quarter is what is promised; the rest is for what the estimate is off. */
const ONCE_IN_DAYS = 270;
/** The bound is above the longest gap by so much at least: the longest of a quarter alone is exceeded about once a quarter. */
const ABOVE_LONGEST = 1.4;

/** [first day of the block, its longest gaps, longest first] */
type Block = [number, number[]];

/**
 * The gaps of a stream, and how long one must be to be out of character: a bound that its own gaps would exceed about once a quarter.
 *
 * Peaks over threshold with a Pareto tail (Hill 1975; Embrechts, Klueppelberg and Mikosch, Modelling Extremal Events, 6.4): of the
 * k + 1 longest gaps x1 >= ... >= xk >= u in D days, the index is the mean of ln(xi / u), drawn to a prior while k is small, and the gap
 * exceeded once in Q days is u (k Q / D)^index. A Pareto tail is heavier than that of gaps between independent events, so it errs
 * towards silence about silence.
 */
export class Gaps {
  #begun: number | undefined;
  #blocks: Block[] = [];
  #bound: { readonly day: number; readonly value: number } | undefined;

  /** @param at minute at which the gap ended */
  add(gap: number, at: number): void {
    this.#begun ??= at;
    const day = Math.floor(at / DAY);
    let block = this.#blocks.at(-1);
    if (block === undefined || day >= block[0] + BLOCK_DAYS) {
      block = [day, []];
      this.#blocks.push(block);
      if (this.#blocks.length > BLOCKS) this.#blocks.shift();
    }
    const [, longest] = block;
    if (longest.length >= LONGEST && gap <= (longest.at(-1) ?? 0)) return;
    let place = longest.length;
    while (place > 0 && (longest[place - 1] ?? 0) < gap) place -= 1;
    longest.splice(place, 0, gap);
    if (longest.length > LONGEST) longest.pop();
    this.#bound = undefined;
  }

  /** The bound at a minute, in the unit of the gaps; 0 where there was never one. */
  bound(at: number): number {
    const day = Math.floor(at / DAY);
    if (this.#bound?.day !== day) this.#bound = { day, value: this.#estimate(at) };
    return this.#bound.value;
  }

  #estimate(at: number): number {
    const longest = this.#blocks.flatMap(([, gaps]) => gaps).sort((a, b) => b - a);
    const [most] = longest;
    if (most === undefined) return 0;
    const days = Math.min(BLOCKS * BLOCK_DAYS, Math.max(1, (at - (this.#begun ?? at)) / DAY));
    const k = Math.max(1, Math.min(TAIL, longest.length - 1));
    const u = longest[k] ?? most;
    let logs = 0;
    for (const gap of longest.slice(0, k)) logs += Math.log(gap / u);
    const index = (logs + PRIOR.worth * PRIOR.index) / (k + PRIOR.worth);
    return Math.max(most * ABOVE_LONGEST, u * Math.max(1, (k * ONCE_IN_DAYS) / days) ** index);
  }

  save(): unknown {
    return { begun: this.#begun, blocks: this.#blocks.map(([day, gaps]) => [day, gaps.map(rounded)]) };
  }

  load(saved: unknown): void {
    const { begun, blocks } = saved as { begun?: number; blocks: Block[] };
    this.#begun = begun;
    this.#blocks = blocks;
    this.#bound = undefined;
  }
}

function rounded(gap: number): number {
  return Math.round(gap * 1000) / 1000;
}
