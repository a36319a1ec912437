import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Example, Features, Model } from '../../contracts/model.ts';
import { seeded } from '../../kernel/seeded.ts';
import { calibrated, handSet, learn, metricsOf, tenantSpread, weigh } from './index.ts';

const shift = fc.double({ min: -4, max: 4, noNaN: true });
const shifts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), shift);
const models: fc.Arbitrary<Model> = fc
  .record({
    base: shift,
    gains: fc.dictionary(
      fc.constantFrom('detector', 'tactics', 'habit', '*'),
      fc.double({ min: 0, max: 2, noNaN: true }),
    ),
    family: shifts,
    detector: shifts,
    here: shifts,
  })
  .map((learned) => ({ ...handSet, ...learned }));
const stories: fc.Arbitrary<Features> = fc.record({
  detectors: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      family: fc.constantFrom('a', 'b'),
      weight: fc.double({ min: 0, max: 4, noNaN: true }),
    }),
    { selector: ({ id }) => id, maxLength: 4 },
  ),
  terms: fc.dictionary(fc.constantFrom('tactics', 'habit', 'novelty'), shift),
});

let made = 0;
function example(detector: string, isThreat: boolean, given: Partial<Example> = {}): Example {
  made += 1;
  return {
    tenant: 'acme',
    analyst: 'ann',
    finding: `finding-${made}`,
    revision: 1,
    at: made,
    features: { detectors: [{ id: detector, family: 'family', weight: 2.8 }], terms: {} },
    isThreat,
    blamesDetector: !isThreat,
    weight: 1,
    ...given,
  };
}

const says = (model: Model, detector: string): number => weigh(model, example(detector, true).features).logOdds;

describe('the learned model', () => {
  it('is the sum of the parts it shows', () => {
    fc.assert(
      fc.property(models, stories, (model, features) => {
        const { detectors, terms, limit, logOdds, probability } = weigh(model, features);
        const sum = [...detectors.map((part) => part.logOdds), ...terms.values(), limit].reduce(
          (a, b) => a + b,
          model.base,
        );
        expect(Math.abs(sum - logOdds)).toBeLessThan(1e-9);
        expect(Math.abs(Math.log(probability / (1 - probability)) - logOdds)).toBeLessThan(1e-9);
      }),
    );
  });

  it('lets a detector that says little never lower what a strong one says', () => {
    fc.assert(
      fc.property(models, stories, fc.double({ min: 0, max: 4, noNaN: true }), (model, features, weight) => {
        const more = { id: 'new', family: 'none', weight };
        const before = weigh(model, features).detectors.reduce((sum, { logOdds }) => sum + logOdds, 0);
        const after = weigh(model, { ...features, detectors: [...features.detectors, more] }).detectors.reduce(
          (sum, { logOdds }) => sum + logOdds,
          0,
        );
        const isHarmful = features.detectors.some((detector) =>
          weigh(model, { detectors: [detector], terms: {} }).detectors.some(({ effect }) => effect < 0),
        );
        if (!isHarmful) expect(after).toBeGreaterThanOrEqual(before - 1e-9);
      }),
    );
  });

  it('is moved by ten verdicts and hardly misled by two', () => {
    const verdicts = (count: number): number =>
      says(
        learn(
          Array.from({ length: count }, () => example('noisy', false)),
          handSet,
          { spread: tenantSpread, tenant: 'acme' },
        ),
        'noisy',
      );
    const before = says(handSet, 'noisy');
    expect(before - verdicts(2)).toBeLessThan(0.8);
    expect(before - verdicts(10)).toBeGreaterThan(1.2);
    // Verdicts on one detector say less of another of its family, and hardly anything of a stranger.
    const learned = learn(
      Array.from({ length: 10 }, () => example('noisy', false)),
      handSet,
      { spread: tenantSpread, tenant: 'acme' },
    );
    const moved = before - says(learned, 'noisy');
    const sister = before - says(learned, 'sister');
    expect(sister).toBeGreaterThan(0.05);
    expect(sister).toBeLessThan(moved / 1.5);
  });

  it('finds the parameters that made the verdicts', () => {
    const random = seeded(11);
    const truth: Model = { ...handSet, base: -2, here: { good: 1.5, bad: -1.5, plain: 0 } };
    const examples = Array.from({ length: 6000 }, () => {
      const detector = ['good', 'bad', 'plain'][Math.floor(random() * 3)] ?? 'plain';
      return example(detector, random() < weigh(truth, example(detector, true).features).probability);
    });
    const model = learn(examples, handSet, { spread: tenantSpread, tenant: 'acme' });
    for (const detector of ['good', 'bad', 'plain'])
      expect(Math.abs(says(model, detector) - says(truth, detector))).toBeLessThan(0.35);
  });

  it('learns the same from the same verdicts, wherever it starts', () => {
    const random = seeded(5);
    const examples = Array.from({ length: 300 }, (_, at) => example(`d${at % 7}`, random() < 0.3));
    const cold = learn(examples, handSet, { spread: tenantSpread, tenant: 'acme' });
    const warm = learn(examples, handSet, {
      spread: tenantSpread,
      tenant: 'acme',
      from: learn(examples.slice(0, 250), handSet, { spread: tenantSpread, tenant: 'acme' }),
    });
    for (let at = 0; at < 7; at += 1) expect(Math.abs(says(warm, `d${at}`) - says(cold, `d${at}`))).toBeLessThan(1e-3);
  });

  it('takes an analyst who always says benign for one who leans, not for the truth', () => {
    const random = seeded(8);
    const truth = Array.from({ length: 400 }, () => random() < 0.5);
    const of = (lazy: boolean): Example[] =>
      truth.map((isThreat, at) =>
        at % 4 === 0
          ? example('rule', lazy ? false : isThreat, { analyst: 'lazy' })
          : example('rule', isThreat, { analyst: `careful ${at % 4}` }),
      );
    const leaning = { spread: tenantSpread, tenant: 'acme' };
    const blind = { spread: { ...tenantSpread, analyst: 0 }, tenant: 'acme' };
    const harmBy = (how: typeof leaning): number =>
      says(learn(of(false), handSet, how), 'rule') - says(learn(of(true), handSet, how), 'rule');
    expect(harmBy(leaning)).toBeLessThan(0.6 * harmBy(blind));
  });

  it('lowers a detector by false positives, and by far less for acts that were real and allowed', () => {
    const taught = (blamesDetector: boolean): Model =>
      learn(
        Array.from({ length: 10 }, () => example('rule', false, { blamesDetector })),
        handSet,
        { spread: tenantSpread, tenant: 'acme' },
      );
    const [wrong, allowed] = [taught(true), taught(false)];
    expect(wrong.here.rule).toBeLessThan(-0.4);
    expect(allowed.here.rule).toBeGreaterThan(0.6 * (wrong.here.rule ?? 0));
    // What is left is taught to what is everybody's: the base.
    expect(allowed.base).toBeLessThan(wrong.base);
    expect(says(allowed, 'rule')).toBeGreaterThan(says(wrong, 'rule'));
  });

  it('is calibrated by Platt scaling that is folded into its parts', () => {
    const random = seeded(3);
    const bold: Model = {
      ...handSet,
      base: -1,
      here: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`d${at}`, (at - 20) / 4])),
    };
    const examples = Array.from({ length: 4000 }, (_, at) => {
      const { features } = example(`d${at % 40}`, true);
      return { ...example(`d${at % 40}`, random() < 1 / (1 + Math.exp(-weigh(bold, features).logOdds / 2))), features };
    });
    const before = metricsOf(bold, examples.slice(2000));
    const after = metricsOf(calibrated(bold, examples.slice(0, 2000)), examples.slice(2000));
    expect(before.calibrationSlope?.high).toBeLessThan(0.8);
    expect(after.calibrationSlope?.low).toBeLessThan(1);
    expect(after.calibrationSlope?.high).toBeGreaterThan(0.9);
    expect(after.logLoss).toBeLessThan(before.logLoss);
  });
});
