import { expect, it } from 'vitest';
import { levels } from '../contracts/detection.ts';
import { detectorWeight, probability, rulesOnly, weights } from './index.ts';

it('a vendor’s word weighs less than a rule of ours of the same level, and keeps the order of levels', () => {
  let last = 0;
  for (const level of levels) {
    const vendor = detectorWeight({ kind: 'vendor', level });
    expect(vendor).toBeLessThan(detectorWeight({ kind: 'sigma', level }));
    expect(vendor).toBeGreaterThan(last);
    last = vendor;
  }
});

it('the strongest of several is the one that weighs most, not the one of the highest level', () => {
  const detector = { id: '', version: '', title: '', techniques: [], tactics: [], falsePositives: [] };
  const claimed = rulesOnly([
    { detector: { ...detector, kind: 'vendor', level: 'critical' } },
    { detector: { ...detector, kind: 'sigma', level: 'high' } },
  ]);
  expect(claimed).toBeCloseTo(probability(weights.base + weights.level.high), 12);
});
