import { SeenIds } from './seen-ids.ts';

/** Ids of a generation; two are kept. About 32 bytes an id at most. */
const GENERATION = 1_000_000;

/**
 * The ids seen lately: at least the last `generation`, at most twice as many. What is older is forgotten, so that memory does not
 * grow with the stream.
 */
export class RecentIds {
  readonly #generation: number;
  #current = new SeenIds();
  #previous = new SeenIds();

  constructor(generation = GENERATION) {
    this.#generation = generation;
  }

  /** True when the id was not among them; it is now. */
  add(id: string): boolean {
    if (this.#previous.has(id) || !this.#current.add(id)) return false;
    if (this.#current.size >= this.#generation) {
      this.#previous = this.#current;
      this.#current = new SeenIds();
    }
    return true;
  }
}
