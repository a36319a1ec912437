import { casesNeeded } from '../../src/reliability/index.ts';

/** Cases that a record needs by its number of errors, from the product's own test, worked out once each. */
export class Bar {
  readonly target: number;
  readonly #needed: number[] = [];

  constructor(target: number) {
    this.target = target;
  }

  needed(errors: number): number {
    for (let next = this.#needed.length; next <= errors; next++) this.#needed.push(casesNeeded(this.target, next));
    return this.#needed[errors] ?? Number.POSITIVE_INFINITY;
  }
}
