import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CERTAINTY_LIMIT, excess, logit, probability, sumLogOdds } from './log-odds.ts';

const logOdds = fc.double({ min: -20, max: 20, noNaN: true });

describe('log-odds', () => {
  it('base and terms, brought to the limit, are the logit of the probability shown', () => {
    fc.assert(
      fc.property(logOdds, fc.array(logOdds, { maxLength: 12 }), (base, parts) => {
        const terms = parts.map((part) => ({ logOdds: part }));
        const over = excess(sumLogOdds(base, terms));
        const total = sumLogOdds(base, over === 0 ? terms : [...terms, { logOdds: over }]);
        expect(Math.abs(logit(probability(total)) - total)).toBeLessThan(1e-9);
        expect(Math.abs(total)).toBeLessThanOrEqual(CERTAINTY_LIMIT + 1e-9);
      }),
    );
  });

  it('leaves what is within the limit alone', () => {
    expect(excess(8.9)).toBe(0);
    expect(excess(-3)).toBe(0);
  });
});
