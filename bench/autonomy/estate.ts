import { Admission, DAYS_NEEDED, LARGEST_SHARE } from '../../src/reliability/index.ts';
import type { Random } from '../../src/sample/random.ts';
import type { Bar } from './bar.ts';
import { entityRate, unevenly } from './chance.ts';
import { Readers } from './readers.ts';

/** A class as an estate brings it: entities that differ, days, several findings at once, people who mislabel. */
export interface Estate {
  /** Mean share of wrong closures. */
  readonly rate: number;
  /** How alike one entity's cases are: 0 all independent, 1 each entity always or never wrong. */
  readonly icc: number;
  /** Findings that one occasion brings on one entity at once: all wrong or none. */
  readonly run: number;
  readonly noise: number;
}

export interface Outcome {
  /** Counted cases at promotion; null where there was none. */
  readonly promoted: number | null;
  /**
   * The realised error: the share of wrong closures that this very class has in the long run. Its entities are drawn once; each brings
   * findings in proportion to its activity. For a promoted class over the entities in its record, because its grant reaches no others; else over all.
   */
  readonly realised: number;
}

const ENTITIES = 40;
const OCCASIONS_A_DAY = 10;
export const DAYS = 180;
const activity = unevenly(ENTITIES);

/** One class, looked at after every occasion for 180 days, by the product's own rules of what counts. */
export function liveThrough(random: Random, bar: Bar, estate: Estate): Outcome {
  const rates = Float64Array.from({ length: ENTITIES }, () => entityRate(random, estate.rate, estate.icc));
  const readers = new Readers(random, estate.noise, true);
  const admission = new Admission();
  const counted = new Uint32Array(ENTITIES);
  let cases = 0;
  let errors = 0;
  for (let day = 0; day < DAYS; day++) {
    for (let occasion = 0; occasion < OCCASIONS_A_DAY; occasion++) {
      const entity = activity.draw(random);
      const isError = random.chance(rates[entity] ?? 0);
      for (let finding = 0; finding < estate.run; finding++) {
        const held = readers.label(isError);
        const kept = admission.next(entity, day) === null;
        if (!kept && !held) continue;
        cases += 1;
        counted[entity] = (counted[entity] ?? 0) + 1;
        if (held) errors += 1;
      }
      if (day < DAYS_NEEDED || cases < bar.needed(errors + readers.recovered)) continue;
      if (counted.every((own) => own <= LARGEST_SHARE * cases)) {
        return { promoted: cases, realised: realised(rates, (own) => (counted[own] ?? 0) > 0) };
      }
    }
  }
  return { promoted: null, realised: realised(rates, () => true) };
}

function realised(rates: Float64Array, covers: (entity: number) => boolean): number {
  let wrong = 0;
  let all = 0;
  activity.weights.forEach((weight, entity) => {
    if (!covers(entity)) return;
    wrong += weight * (rates[entity] ?? 0);
    all += weight;
  });
  return wrong / all;
}
