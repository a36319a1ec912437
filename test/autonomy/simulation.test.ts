import { describe, expect, it } from 'vitest';
import { Bar } from '../../bench/autonomy/bar.ts';
import { cases } from '../../bench/autonomy/cases.ts';
import { byEvidence } from '../../bench/autonomy/independent.ts';
import { Random } from '../../src/sample/random.ts';

const bar = new Bar(0.01);

/** The exact chance of promotion within the horizon, looked at after every case: the distribution of errors, case by case. */
function exactChance(rate: number, horizon: number): number {
  let hopeless = 0;
  while (bar.needed(hopeless) <= horizon) hopeless += 1;
  const chance = new Float64Array(hopeless);
  chance[0] = 1;
  let promoted = 0;
  for (let n = 1; n <= horizon; n++) {
    for (let errors = hopeless - 1; errors >= 0; errors--) {
      chance[errors] = (chance[errors] ?? 0) * (1 - rate) + (errors === 0 ? 0 : (chance[errors - 1] ?? 0) * rate);
    }
    for (let errors = 0; errors < hopeless && bar.needed(errors) <= n; errors++) {
      promoted += chance[errors] ?? 0;
      chance[errors] = 0;
    }
  }
  return promoted;
}

describe('the simulation', () => {
  it.each([
    [0.01, 20_000],
    [0.01, 2_000],
    [0.002, 1_000],
    [0.005, 5_000],
  ])('promotes at %d within %d cases as often as the exact chance says', (rate, horizon) => {
    const exact = exactChance(rate, horizon);
    const classes = 20_000;
    const random = new Random(`simulation ${rate} ${horizon}`);
    let promoted = 0;
    for (let n = 0; n < classes; n++) if (byEvidence(random, bar, rate, horizon) !== null) promoted += 1;
    expect(Math.abs(promoted / classes - exact)).toBeLessThan(4.5 * Math.sqrt((exact * (1 - exact)) / classes));
  });

  it('keeps wrongful promotion below 5 % exactly, at the target itself and after 100,000 looks', () => {
    const exact = exactChance(0.01, 100_000);
    expect(exact).toBeLessThan(0.05);
    expect(exact).toBeGreaterThan(0.04);
  });

  it('keeps its promises on a few hundred classes, as far as so few can show', () => {
    const classes = 400;
    const lines = [...cases({ seed: 'test', classes })];
    expect(lines.filter(({ holds }) => holds !== null)).toHaveLength(21);
    const noise = 4.5 * Math.sqrt((0.05 * 0.95) / classes);
    for (const line of lines) {
      if (line.promise?.startsWith('at most 5 %') === true && 'trueError' in line) {
        expect(line.wrongShare ?? line.promotedShare).toBeLessThan(0.05 + noise);
      } else {
        expect(line.holds, line.case).not.toBe(false);
      }
      expect(line.promise === null).toBe(line.holds === null);
      if ('driftTo' in line) expect(line.meanReviewsToDemotion).toBeLessThanOrEqual(line.p95);
      else expect(line.medianCases === null).toBe(line.promotedShare === 0);
    }
  });

  it('gives the same figures for the same seed', () => {
    const run = { seed: 'same', classes: 20 };
    expect([...cases(run)]).toEqual([...cases(run)]);
  });
});
