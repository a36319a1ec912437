import type { Random } from '../../src/sample/random.ts';

/**
 * People who label with a share of mistakes, and how the record corrects them: every disagreement with the AI goes to a second blind person, and
 * where the two differ a third decides; for each, one random agreement is read again too.
 */
export class Readers {
  readonly #random: Random;
  readonly #noise: number;
  readonly #adjudicates: boolean;
  #agreements = 0;
  #hidden = 0;
  /** Errors that a re-read agreement brought to light. */
  recovered = 0;

  constructor(random: Random, noise: number, adjudicates: boolean) {
    this.#random = random;
    this.#noise = noise;
    this.#adjudicates = adjudicates;
  }

  /** Whether the record holds this case as an error. */
  label(isError: boolean): boolean {
    if (this.#noise === 0) return isError;
    const first = this.#read(isError);
    if (!first) {
      this.#agreements += 1;
      if (isError) this.#hidden += 1;
      return false;
    }
    if (!this.#adjudicates) return true;
    this.#rereadAgreement();
    return this.#read(isError) || this.#read(isError);
  }

  #read(isError: boolean): boolean {
    return this.#random.chance(this.#noise) ? !isError : isError;
  }

  /** A draw from all agreements so far: it is one of the hidden errors as often as there are such. */
  #rereadAgreement(): void {
    if (this.#agreements === 0) return;
    const isError = this.#random.chance(this.#hidden / this.#agreements);
    if (!isError) {
      // A sound agreement falls only where the second person and the third are both mistaken.
      if (this.#read(false) && this.#read(false)) this.recovered += 1;
      return;
    }
    this.#agreements -= 1;
    if (this.#read(true) && this.#read(true)) {
      this.#hidden -= 1;
      this.recovered += 1;
    }
  }
}
