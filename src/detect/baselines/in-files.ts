import type { Detection } from '../../contracts/detection.ts';
import type { SourceEvent } from '../../contracts/event.ts';
import { all } from './all.ts';
import type { MakeBaseline } from './baseline.ts';
import { Normal } from './normal.ts';
import { Folding } from './sightings.ts';

/** Milliseconds of event time in one sighting: what a worker holds back. */
const GRAIN = 10_000;
/** Sightings held; beyond it acts of a new sort are not taken in. */
const LIMIT = 1_000_000;

/**
 * Baselines over files, which may be read in any order of time: everything is folded first, and judged in event time at the end. What is
 * young is not spoken of, so a capture of some days is silent, and costs no more than the folding.
 */
export class InFiles {
  readonly #folding = new Folding(GRAIN, LIMIT);
  readonly #tenant: string;
  readonly #makes: readonly MakeBaseline[];

  constructor(tenant: string, makes: readonly MakeBaseline[] = all) {
    this.#tenant = tenant;
    this.#makes = makes;
  }

  push(event: SourceEvent): void {
    this.#folding.see(this.#tenant, event, event.lens.activity(event.record), event.time);
  }

  end(): readonly Detection[] {
    const normal = new Normal(this.#makes);
    const sightings = this.#folding.take().get(this.#tenant) ?? [];
    const found = sightings.flatMap((sighting) => normal.see(sighting, sighting.last));
    return [...found, ...normal.end()].map(({ detection }) => detection);
  }
}
