import type { Random } from '../../src/sample/random.ts';
import type { Bar } from './bar.ts';
import { cleanRun } from './chance.ts';
import { Readers } from './readers.ts';

/** When one class was promoted, in cases; null where it was not within the horizon. Every rule is asked after every case. */
type Promoted = number | null;

/** The product's rule on cases that err independently. Jumps from error to error: between them only clean cases come. */
export function byEvidence(random: Random, bar: Bar, rate: number, horizon: number): Promoted {
  let cases = 0;
  for (let errors = 0; ; errors++) {
    const needed = bar.needed(errors);
    if (needed > horizon) return null;
    cases += cleanRun(random, rate);
    if (cases >= needed) return needed;
    cases += 1;
  }
}

/** The same where people mislabel. */
export function byLabels(
  random: Random,
  bar: Bar,
  rate: number,
  horizon: number,
  labels: { readonly noise: number; readonly adjudicated: boolean },
): Promoted {
  const readers = new Readers(random, labels.noise, labels.adjudicated);
  let errors = 0;
  for (let cases = 1; cases <= horizon; cases++) {
    if (readers.label(random.chance(rate))) errors += 1;
    const needed = bar.needed(errors + readers.recovered);
    if (cases >= needed) return cases;
    if (needed > horizon) return null;
  }
  return null;
}

/** Bursts of ten: each error is the first of ten in a row, so that a share `rate` of all cases errs. */
export function byBursts(random: Random, bar: Bar, rate: number, horizon: number): Promoted {
  const begins = rate / (10 - 9 * rate);
  let cases = 0;
  for (let errors = 0; ; errors += 10) {
    const needed = bar.needed(errors);
    if (needed > horizon) return null;
    cases += cleanRun(random, begins);
    if (cases >= needed) return needed;
    cases += 10;
  }
}

/** Counter-example: 95 of the last 100 agreed. */
export function byPointEstimate(random: Random, rate: number, horizon: number): Promoted {
  const window = new Uint8Array(100);
  let wrong = 0;
  for (let cases = 0; cases < horizon; cases++) {
    const now = random.chance(rate) ? 1 : 0;
    wrong += now - (window[cases % 100] ?? 0);
    window[cases % 100] = now;
    if (cases >= 99 && wrong <= 5) return cases + 1;
  }
  return null;
}

/** Counter-example: the same evidence mixed over all rates, not only those below the target. */
export function byUntruncated(random: Random, target: number, rate: number, horizon: number): Promoted {
  const odds = { wrong: -Math.log(target), clean: -Math.log1p(-target) };
  const bar = Math.log(20);
  // ln B(k+1, n-k+1), step by step: the predictive chance of each case under a Beta(1,1) prior.
  let logE = 0;
  let errors = 0;
  for (let cases = 0; cases < horizon; cases++) {
    if (random.chance(rate)) {
      logE += Math.log((errors + 1) / (cases + 2)) + odds.wrong;
      errors += 1;
    } else {
      logE += Math.log((cases - errors + 1) / (cases + 2)) + odds.clean;
    }
    if (logE >= bar) return cases + 1;
  }
  return null;
}
