import { describe, expect, it } from 'vitest';
import { type BudgetWorld, type SimulatedBudget, simulateBudget } from '../../bench/baselines/budget-sim.ts';
import type { Surprise } from '../../src/detect/baselines/baseline.ts';
import { Budget } from '../../src/detect/baselines/budget.ts';
import { Calibration } from '../../src/detect/baselines/calibration.ts';
import { seeded } from '../../src/kernel/seeded.ts';

const RUNS = 20;
const world = { days: 60, baselines: 23, entities: 500, attackSize: 5, attackDays: 0, wrongBy: [1] };

function mean(given: Partial<BudgetWorld>): Record<keyof SimulatedBudget, number> {
  const runs = Array.from({ length: RUNS }, (_, seed) => simulateBudget({ ...world, ...given, random: seeded(seed) }));
  const sum = (name: keyof SimulatedBudget) => runs.reduce((total, run) => total + run[name], 0) / RUNS;
  const names = Object.keys(runs[0] ?? {}) as (keyof SimulatedBudget)[];
  return Object.fromEntries(names.map((name) => [name, sum(name)])) as Record<keyof SimulatedBudget, number>;
}

const surprise = (baseline: string, p: number): Surprise => ({
  baseline,
  tenant: 'acme',
  key: '',
  at: 0,
  p,
  text: '',
  numbers: {},
  entities: [],
  sightings: [],
});

const four = ['a', 'b', 'c', 'd'];
const ten = [...'abcdefghij'];
const fifteen = [...'abcdefghijklmno'];

describe('the budget of what is said', () => {
  // 20 tenants x 46 days: a share of 0.2 is measured to within 0.013 (one standard error).
  it('keeps chance to its share where there is nothing else, whatever baselines claim', { timeout: 60_000 }, () => {
    for (const wrongBy of [[1], [1, 0.1, 0.01, 0.001, 3], [0.001]]) {
      const { falseShare, saidADay, claimsADay } = mean({ wrongBy });
      expect(claimsADay).toBeGreaterThan(100);
      expect(falseShare).toBeLessThan(0.25);
      expect(saidADay).toBeLessThan(0.35);
    }
  });

  it('says nearly all that is true, and keeps chance to its share among it', { timeout: 60_000 }, () => {
    const { falseShare, trueSaid } = mean({ attackDays: 0.1 });
    expect(trueSaid).toBeGreaterThan(0.85);
    expect(falseShare).toBeLessThan(0.25);
  });

  it('keeps chance to its share where most baselines hardly ever speak', { timeout: 60_000 }, () => {
    for (const spokenBy of [[1, 0.001, 0.001], [0.001]]) {
      const { falseShare, saidADay } = mean({ spokenBy });
      expect(falseShare).toBeLessThan(0.25);
      expect(saidADay).toBeLessThan(0.35);
    }
  });

  it('says of baselines that have been silent for a month what many that speak daily would drown', () => {
    const saidBeside = (aDay: number): number => {
      const budget = new Budget();
      for (let day = 1; day <= 31; day += 1) {
        budget.begin(day, ten);
        for (const name of ten.slice(1))
          for (let n = 0; n < aDay; n += 1) budget.consider(`${day} ${name} ${n}`, surprise(name, 0.01), 100, ten);
      }
      budget.begin(32, ten);
      return budget.consider('one', surprise('a', 0.02), 100, ten).length;
    };
    expect([saidBeside(0), saidBeside(2)]).toEqual([1, 0]);
  });

  it('takes what has grown stranger in the place of what it was, once, and never what was said', () => {
    const budget = new Budget();
    budget.begin(1, []);
    const say = (p: number) => budget.consider('same', surprise('a', p), 1, fifteen).map(({ surprise: { p } }) => p);
    expect([say(0.03), say(0.03), say(0.04)]).toEqual([[], [], []]);
    expect(budget.counts).toEqual({ said: 0, withheld: 1, overBudget: 0 });
    expect(say(0.02)).toEqual([]);
    expect(budget.counts.withheld).toBe(1);
    expect([say(1e-5), say(1e-9)]).toEqual([[1e-5], []]);
    expect(budget.counts).toEqual({ said: 1, withheld: 0, overBudget: 0 });
    // Of all its strengths the last alone is remembered against the baseline.
    budget.begin(2, ['a']);
    const { calibrations } = JSON.parse(JSON.stringify(budget.save())) as {
      calibrations: [string, { counts: number[] }][];
    };
    const counted = calibrations.find(([name]) => name === 'a')?.[1].counts ?? [];
    expect(counted.reduce((sum, count) => sum + count, 0)).toBeCloseTo(0.5 ** (1 / 30));
    expect(counted[10]).toBeGreaterThan(0);
  });

  it('says at most twenty a day, half of them of one baseline, and counts the rest', () => {
    const budget = new Budget();
    budget.begin(1, []);
    const say = (n: number, baseline: string) =>
      budget.consider(`${baseline} ${n}`, surprise(baseline, 1e-9), 50, four);
    const told = [...Array(30).keys()].flatMap((n) => ['a', 'b', 'c', 'd'].flatMap((name) => say(n, name)));
    expect(told).toHaveLength(20);
    const one = new Budget();
    one.begin(1, []);
    const ofOne = [...Array(30).keys()].flatMap((n) => one.consider(`a ${n}`, surprise('a', 1e-9), 50, four));
    expect(ofOne).toHaveLength(10);
    expect(one.counts).toMatchObject({ said: 10, withheld: 20 });
    expect(one.counts.overBudget).toBeGreaterThan(0);
  });

  it('says what was too weak alone once the day brings it company, and takes nothing back', () => {
    const budget = new Budget();
    budget.begin(1, []);
    // 15 baselines: alone the bar is 0.25 / 15 a day.
    expect(budget.consider('weak', surprise('a', 0.03), 1, fifteen)).toEqual([]);
    expect(budget.consider('strong', surprise('b', 1e-6), 1, fifteen).map(({ id }) => id)).toEqual(['strong', 'weak']);
    expect(budget.consider('weak', surprise('a', 0.03), 1, fifteen)).toEqual([]);
    const back = new Budget();
    back.restore(JSON.parse(JSON.stringify(budget.save())));
    expect(back.consider('weak', surprise('a', 0.03), 1, fifteen)).toEqual([]);
    expect(back.counts).toEqual(budget.counts);
  });
});

describe('calibration', () => {
  it('holds a baseline that speaks too often to how often it does, and believes one that never did', () => {
    const [loud, quiet] = [new Calibration(), new Calibration()];
    for (let day = 0; day < 30; day += 1) {
      for (let n = 0; n < 4; n += 1) loud.saw(1e-6);
      loud.close(1, true);
      quiet.close(1, true);
    }
    expect(loud.aDay(1e-6, 100)).toBeGreaterThan(3.5);
    // A thousandth as likely as what comes four times a day.
    expect(loud.aDay(1e-9, 100)).toBeCloseTo(0.004, 3);
    expect(quiet.aDay(1e-6, 100)).toBeLessThan(1e-5);
  });

  it('learns no more of one bad day than a bounded day', () => {
    const calibration = new Calibration();
    for (let n = 0; n < 10_000; n += 1) calibration.saw(1e-6);
    for (let day = 0; day < 60; day += 1) calibration.close(1, true);
    expect(calibration.aDay(1e-6, 1)).toBeLessThan(0.15);
  });
});
