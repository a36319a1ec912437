import { cusumStart, cusumStep, demotes } from '../../src/reliability/index.ts';
import type { Random } from '../../src/sample/random.ts';

/** Blind reviews from the turn to demotion. The watch stands at zero when the class turns, which is the slowest it can be. */
export function reviewsToDemotion(random: Random, rate: number): number {
  let state = cusumStart;
  for (let reviews = 1; ; reviews++) {
    state = cusumStep(state, random.chance(rate));
    if (demotes(state)) return reviews;
  }
}
