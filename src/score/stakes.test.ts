import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tacticOrder } from '../contracts/attack.ts';
import { criticalities } from '../contracts/context.ts';
import { Ranking } from '../contracts/ranking.ts';
import { type AtStake, expectedLoss, rankingOf } from './stakes.ts';

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const story: fc.Arbitrary<AtStake> = fc.record({
  critical: fc.option(fc.record({ level: fc.constantFrom(...criticalities), who: fc.constant('host db') }), {
    nil: null,
  }),
  identity: fc.record({ kind: fc.constantFrom('ordinary', 'builtIn', 'cloud', 'vip'), who: fc.constant('user ana') }),
  tactics: fc.subarray([...tacticOrder]),
  quietMs: fc.integer({ min: 0, max: 1e9 }),
});
const loss = (p: number, of: AtStake): number => rankingOf(p, of).expectedLoss.value;

describe('expected loss', () => {
  it('is the product of what is shown, from 0 to 1, as the contract has it', () => {
    fc.assert(
      fc.property(probability, story, (p, of) => {
        const ranking = Ranking.parse(rankingOf(p, of));
        const { stake, urgency, expectedLoss: loses } = ranking;
        expect(loses.value).toBe(p * stake.value * urgency.value);
        expect(Math.abs(expectedLoss(p, ranking) - loses.value)).toBeLessThan(1e-12);
      }),
    );
  });

  it('grows with the probability', () => {
    fc.assert(
      fc.property(probability, probability, story, (a, b, of) => {
        expect(loss(Math.max(a, b), of)).toBeGreaterThanOrEqual(loss(Math.min(a, b), of));
      }),
    );
  });

  it('grows with the criticality of what it is about', () => {
    fc.assert(
      fc.property(probability, story, (p, of) => {
        const by = criticalities.map((level) => loss(p, { ...of, critical: { level, who: 'host db' } }));
        expect(by).toEqual(by.toSorted((a, b) => a - b));
        expect(loss(p, { ...of, critical: null })).toBe(by[1]);
      }),
    );
  });

  it('grows with a further tactic, whichever it is, and falls as it goes quiet', () => {
    fc.assert(
      fc.property(
        probability,
        story,
        fc.constantFrom(...tacticOrder),
        fc.integer({ min: 0, max: 1e9 }),
        (p, of, tactic, later) => {
          fc.pre(of.tactics.length > 0);
          expect(loss(p, { ...of, tactics: [...of.tactics, tactic] })).toBeGreaterThanOrEqual(loss(p, of));
          expect(loss(p, { ...of, quietMs: of.quietMs + later })).toBeLessThanOrEqual(loss(p, of));
        },
      ),
    );
  });

  it('orders by probability alone where nothing is known of the stakes, and is 1 at most', () => {
    const nothing: AtStake = { critical: null, identity: { kind: 'ordinary', who: '' }, tactics: [], quietMs: 0 };
    expect(loss(0.4, nothing) / loss(0.2, nothing)).toBeCloseTo(2, 12);
    expect(loss(0.4, nothing)).toBeCloseTo(expectedLoss(0.4, undefined), 12);
    const most = rankingOf(1, {
      critical: { level: 'crown_jewel', who: 'host db' },
      identity: { kind: 'vip', who: 'user ceo' },
      tactics: ['impact'],
      quietMs: 0,
    });
    expect(most.expectedLoss.value).toBe(1);
    expect(most.stake.text).toBe('Host db is a crown jewel; user ceo is a VIP; it has come to impact');
    expect(most.urgency.text).toContain('Little time is left after impact');
  });
});
