import { describe, expect, it } from 'vitest';
import type { ClassRecord } from './admissible.ts';
import { coverageOf, novelties } from './coverage.ts';
import { type PromotionFacts, promotion } from './promotion.ts';
import { type RampFacts, rampStep } from './ramp.ts';
import { type KnownThreat, recallOf } from './recall.ts';

const record: ClassRecord = {
  counted: [],
  leftOut: [],
  cases: 449,
  errors: 0,
  daysSpanned: 14,
  largestEntity: { entity: 'srv-7', cases: 44, share: 44 / 449 },
};
const seeded = Array.from({ length: 59 }, (): KnownThreat => ({ techniques: ['T1003'], missed: false }));
const facts: PromotionFacts = {
  target: 0.01,
  record,
  recall: recallOf(seeded, []),
  adjudication: { disagreements: 3, disagreementsReread: 3, agreementsReread: 3, open: 0 },
  undoVerified: null,
  deciders: ['ann', 'bo'],
  signer: 'ann',
};
const unmet = (changed: Partial<PromotionFacts>) =>
  promotion({ ...facts, ...changed })
    .requirements.filter(({ met }) => !met)
    .map(({ name, said }) => `${name}: ${said}`);

describe('promotion', () => {
  it('is ready where everything holds', () => {
    expect(promotion(facts).ready).toBe(true);
    expect(unmet({})).toEqual([]);
    expect(promotion({ ...facts, undoVerified: true }).ready).toBe(true);
  });

  it.each<[string, Partial<PromotionFacts>, string]>([
    ['evidence', { record: { ...record, cases: 448 } }, '1 more case without an error'],
    ['evidence', { record: { ...record, errors: 1 } }, '234 more cases without an error'],
    ['span', { record: { ...record, daysSpanned: 13.9 } }, 'spans 13 days; 1 more day to go until 14'],
    [
      'largest-entity',
      { record: { ...record, largestEntity: { entity: 'srv-7', cases: 90, share: 0.2 } } },
      'up to 900',
    ],
    ['largest-entity', { record: { ...record, largestEntity: null } }, 'No case is counted yet'],
    [
      'adjudication',
      { adjudication: { disagreements: 3, disagreementsReread: 2, agreementsReread: 0, open: 1 } },
      '1 disagreement needs a second reading; 3 random agreements need one; 1 blind case waits for its determination.',
    ],
    ['seeded-recall', { recall: recallOf(seeded.slice(1), []) }, '1 more without a miss are needed'],
    [
      'real-misses',
      { recall: recallOf(seeded, [{ techniques: ['T1003'], missed: true }]) },
      '1 real threat was missed',
    ],
    ['undo', { undoVerified: false }, 'has not been carried out'],
    ['separation', { deciders: ['ann'] }, 'nobody signs for a class that they alone determined'],
    ['separation', { deciders: ['ann'], signer: null }, '1 person determined'],
  ])('%s alone holds it back', (name, changed, words) => {
    const left = unmet(changed);
    expect(left).toHaveLength(1);
    expect(left[0]).toMatch(new RegExp(`^${name}: `));
    expect(left[0]).toContain(words);
    expect(promotion({ ...facts, ...changed }).ready).toBe(false);
  });

  it('lets another sign for what one person determined', () => {
    expect(promotion({ ...facts, deciders: ['bo'], signer: 'ann' }).ready).toBe(true);
  });
});

describe('the ramp', () => {
  const ramp: RampFacts = { exposure: 0.1, target: 0.01, errors: 0, cases: 520, casesThisStep: 59, cusum: 0 };

  it('goes 10, 50, 100 % and no further', () => {
    expect(rampStep(ramp)).toMatchObject({ ready: true, next: 0.5 });
    expect(rampStep({ ...ramp, exposure: 0.5 })).toMatchObject({ ready: true, next: 1 });
    expect(rampStep({ ...ramp, exposure: 1 })).toMatchObject({ ready: false, next: null });
  });

  it.each<[string, Partial<RampFacts>]>([
    ['evidence', { errors: 1 }],
    ['new-cases', { casesThisStep: 58 }],
    ['watch', { cusum: 2 }],
  ])('waits where %s does not hold', (name, changed) => {
    const { ready, requirements } = rampStep({ ...ramp, ...changed });
    expect(ready).toBe(false);
    expect(requirements.filter(({ met }) => !met).map((each) => each.name)).toEqual([name]);
  });
});

describe('coverage', () => {
  it('names each detector, technique, entity and source that the record never saw', () => {
    const seen = { detectors: ['d1', 'd2'], techniques: ['T1003'], entities: ['h1'], sources: ['s1'] };
    const coverage = coverageOf([seen]);
    expect(novelties(coverage, { ...seen, detectors: ['d2'] })).toEqual([]);
    expect(novelties(coverage, { detectors: ['d3'], techniques: [], entities: ['h1', 'h2'], sources: ['s2'] })).toEqual(
      [
        { kind: 'detectors', value: 'd3' },
        { kind: 'entities', value: 'h2' },
        { kind: 'sources', value: 's2' },
      ],
    );
  });
});
