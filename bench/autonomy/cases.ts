import { recallOf, recallRequirements } from '../../src/reliability/index.ts';
import { Bar } from './bar.ts';
import { byBursts, byEvidence, byLabels, byPointEstimate, byUntruncated } from './independent.ts';
import type { Line } from './lines.ts';
import { demotions, estates, promotions, type Run } from './measure.ts';

const TARGET = 0.01;
/** As long as anybody will look: at 63 cases a week, six years. */
const HORIZON = 20_000;

const fewPromoted = {
  words: 'at most 5 % promoted',
  check: ({ promotedShare }: { promotedShare: number }) => promotedShare <= 0.05,
};
const mostPromoted = {
  words: 'most promoted within 1,000 cases',
  check: ({ promotedShare }: { promotedShare: number }) => promotedShare > 0.5,
};
const never = { words: 'never promoted', check: ({ promotedShare }: { promotedShare: number }) => promotedShare === 0 };
const fewAbove = {
  words: 'at most 5 % promoted with a realised error above target',
  check: (shares: { wrongShare: number; wrongOfAbove: number }) =>
    shares.wrongShare <= 0.05 && shares.wrongOfAbove <= 0.05,
};
const caughtWithin = (reviews: number) => ({
  words: `demoted within ${reviews} reviews on average`,
  check: (line: { meanReviewsToDemotion: number }) => line.meanReviewsToDemotion <= reviews,
});

/** Every case of docs/autonomy.md, one after the other. */
export function* cases(run: Run): Generator<Line> {
  const bar = new Bar(TARGET);

  for (const rate of [0.01, 0.02, 0.05, 0.2])
    yield promotions(run, 'looked at after every case', rate, fewPromoted, (random) =>
      byEvidence(random, bar, rate, HORIZON),
    );

  yield alwaysBenign(run, bar);

  for (const rate of [0.001, 0.002])
    yield promotions(run, 'good class, 1,000 cases', rate, mostPromoted, (random) =>
      byEvidence(random, bar, rate, 1000),
    );

  const plain = { icc: 0, run: 1, noise: 0 };
  const estatesOf = [
    { name: 'entity effects (ICC 0.3)', estate: { ...plain, icc: 0.3 } },
    { name: 'bursts of ten on one entity', estate: { ...plain, run: 10 } },
    { name: '1 % label noise, adjudicated', estate: { ...plain, noise: 0.01 } },
    { name: 'all three', estate: { icc: 0.3, run: 10, noise: 0.01 } },
  ];
  for (const { name, estate } of estatesOf) {
    for (const rate of [0.01, 0.02]) yield estates(run, name, bar, { ...estate, rate }, fewAbove);
    yield estates(run, name, bar, { ...estate, rate: 0.001 }, null);
  }
  const noisy = { noise: 0.01, adjudicated: true };
  for (const rate of [0.01, 0.02])
    yield promotions(run, '1 % label noise, adjudicated, every case counted', rate, fewPromoted, (random) =>
      byLabels(random, bar, rate, HORIZON, noisy),
    );

  for (const rate of [0.001, 0.002])
    yield promotions(run, '1 % label noise, adjudicated, 1,000 cases', rate, mostPromoted, (random) =>
      byLabels(random, bar, rate, 1000, noisy),
    );

  yield demotions(run, 'turns bad', 0.03, caughtWithin(200));
  yield demotions(run, 'turns bad', 0.1, caughtWithin(40));
  yield demotions(run, 'stays at 0.5 % (false alarm)', 0.005, null);

  yield* limitsAndContrasts(run, bar);
}

/** A machine that closes everything, where three findings in a thousand are threats: its error rate is fine, its recall is nil. */
function alwaysBenign(run: Run, bar: Bar): Line {
  const rate = 0.003;
  let byEvidenceAlone = 0;
  const line = promotions(run, 'always says benign, 0.3 % threats', rate, never, (random) => {
    const promoted = byEvidence(random, bar, rate, HORIZON);
    if (promoted !== null) byEvidenceAlone += 1 / run.classes;
    const seeded = Array.from({ length: 59 }, (_, n) => ({ techniques: [`T${1000 + (n % 12)}`], missed: true }));
    return recallRequirements(recallOf(seeded, [])).every(({ met }) => met) ? promoted : null;
  });
  return { ...line, byEvidenceAlone: Math.round(byEvidenceAlone * 10_000) / 10_000 };
}

/** What the method does not hold against, and what other rules do on the same classes. */
function* limitsAndContrasts(run: Run, bar: Bar): Generator<Line> {
  for (const rate of [0.01, 0.02])
    yield promotions(run, 'limit: bursts of ten, clean cases one by one', rate, null, (random) =>
      byBursts(random, bar, rate, HORIZON),
    );
  yield promotions(run, 'contrast: 1 % label noise, not adjudicated', 0.001, null, (random) =>
    byLabels(random, bar, 0.001, 1000, { noise: 0.01, adjudicated: false }),
  );
  yield promotions(run, 'contrast: 95 of 100 agreed, looked at once', 0.08, null, (random) =>
    byPointEstimate(random, 0.08, 100),
  );
  yield promotions(run, 'contrast: 95 of the last 100 agreed, looked at after every case', 0.08, null, (random) =>
    byPointEstimate(random, 0.08, HORIZON),
  );
  for (const rate of [0.02, 0.05])
    yield promotions(run, 'contrast: mixture not truncated', rate, null, (random) =>
      byUntruncated(random, bar.target, rate, HORIZON),
    );
}
