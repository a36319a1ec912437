import { minute } from './calendar.ts';
import type { Random } from './random.ts';
import type { Simulation } from './simulation.ts';
import type { Chapter } from './truth.ts';

/** A chapter's acts, one after another with pauses between; the pauses are its own, the rest of the company goes on. */
export class Plot {
  readonly sim: Simulation;
  readonly chapter: Chapter;
  readonly random: Random;
  readonly #stretch: number;
  #time: number;

  constructor(sim: Simulation, chapter: Chapter, random: Random, begins: number) {
    this.sim = sim;
    this.chapter = sim.open(chapter);
    this.random = random;
    this.#stretch = 0.8 + random.float() * random.float() * 1.6;
    this.#time = begins;
  }

  /** The next act, about `low` to `high` minutes after the one before; some plots take their time throughout. */
  next(low: number, high: number, act: () => void): this {
    this.#time += (low + this.random.float() * (high - low)) * this.#stretch * minute;
    this.sim.within(this.chapter, () => this.sim.at(this.#time, act));
    return this;
  }

  /** An act that only happens with this probability; its pause passes either way. */
  maybe(probability: number, low: number, high: number, act: () => void): this {
    return this.random.chance(probability) ? this.next(low, high, act) : this;
  }
}
