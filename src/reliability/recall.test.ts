import { describe, expect, it } from 'vitest';
import { type KnownThreat, recallOf, recallRequirements, threatsNeeded } from './recall.ts';

const threats = (found: number, missed: number, technique = 'T1003'): KnownThreat[] => [
  ...Array.from({ length: found }, () => ({ techniques: [technique], missed: false })),
  ...Array.from({ length: missed }, () => ({ techniques: [technique], missed: true })),
];
const met = (seeded: KnownThreat[], real: KnownThreat[] = []) =>
  Object.fromEntries(recallRequirements(recallOf(seeded, real)).map(({ name, met }) => [name, met]));

describe('recall', () => {
  it('needs 59 seeded threats without a miss and 93 with one, as the binomial says', () => {
    expect([threatsNeeded(0), threatsNeeded(1)]).toEqual([59, 93]);
    expect(0.95 ** 59).toBeLessThanOrEqual(0.05);
    expect(0.95 ** 58).toBeGreaterThan(0.05);
    const atMostOne = (n: number) => 0.95 ** n + n * 0.05 * 0.95 ** (n - 1);
    expect(atMostOne(93)).toBeLessThanOrEqual(0.05);
    expect(atMostOne(92)).toBeGreaterThan(0.05);
    // Two chances: none among the first 59, or one among them and none among the 34 that follow.
    const either = (recall: number) => recall ** 59 + 59 * (1 - recall) * recall ** 58 * recall ** 34;
    expect(either(0.95)).toBeCloseTo(0.075, 3);
    expect(either(0.943)).toBeLessThan(0.05);
  });

  it('is met at the bars and not below', () => {
    expect(met(threats(59, 0))).toEqual({ 'seeded-recall': true, 'real-misses': true, techniques: true });
    expect(met(threats(58, 0))['seeded-recall']).toBe(false);
    expect(met(threats(91, 1))['seeded-recall']).toBe(false);
    expect(met(threats(92, 1))['seeded-recall']).toBe(true);
    expect(met(threats(500, 2))['seeded-recall']).toBe(false);
  });

  it('falls with one real miss, and with a technique of which nothing was found', () => {
    expect(met(threats(59, 0), threats(3, 1))['real-misses']).toBe(false);
    expect(met([...threats(92, 0), ...threats(0, 1, 'T1558')])).toMatchObject({
      'seeded-recall': true,
      techniques: false,
    });
  });

  it('reports seeded and real apart, each with its count and exact interval', () => {
    const { seeded, real, blindTo } = recallOf(threats(92, 1), threats(0, 1, 'T1558'));
    expect(seeded).toMatchObject({ threats: 93, misses: 1, recall: 92 / 93 });
    expect(seeded.interval.low).toBeCloseTo(0.9415, 3);
    expect(real).toEqual({ threats: 1, misses: 1, recall: 0, interval: { low: 0, high: 0.975 } });
    expect(blindTo).toEqual(['T1558']);
    expect(recallOf([], []).real.recall).toBeNull();
  });

  it('says what is missing in words', () => {
    const [seeded] = recallRequirements(recallOf(threats(40, 0), []));
    expect(seeded?.said).toBe('40 of 40 seeded threats found; 19 more without a miss are needed (59 in all).');
    const [enough] = recallRequirements(recallOf(threats(92, 1), []));
    expect(enough?.said).toBe('92 of 93 seeded threats found: the recall is at least 95 % at 95 % confidence.');
  });
});
