import type { Example } from '../../src/contracts/model.ts';
import { seeded } from '../../src/kernel/seeded.ts';
import { givenBy } from '../../src/score/index.ts';
import { championFrom, exampleOf, examplesOf, type Known, line, logLoss } from './models.ts';
import { aboveLine } from './truth.ts';

export interface NoiseRow {
  readonly labels: string;
  /** Mean over networks left out, whose own labels stay true. */
  readonly logLoss: number;
  readonly phasesFound: number;
  readonly findingsPerDay: number;
}

type Verdicts = (known: Known) => readonly Example[];

/** Flips each label with that probability. */
function flipped(probability: number, seed: number): Verdicts {
  const random = seeded(seed);
  return (known) =>
    examplesOf(known).map((example) =>
      random() < probability ? { ...example, isThreat: !example.isThreat } : example,
    );
}

/** A quarter of the verdicts are of one who always says benign; the rest are of three careful people. */
function lazy(seed: number): Verdicts {
  const random = seeded(seed);
  return (known) =>
    examplesOf(known).map((example) => {
      const who = Math.floor(random() * 4);
      return who === 0
        ? { ...example, analyst: 'always-benign', isThreat: false }
        : { ...example, analyst: `careful-${who}` };
    });
}

/** How models do for networks not seen when those who judged the others erred. */
export function noiseTable(known: readonly Known[]): readonly NoiseRow[] {
  const kinds: readonly (readonly [string, Verdicts])[] = [
    ['true', examplesOf],
    ['10 % flipped', flipped(0.1, 1)],
    ['20 % flipped', flipped(0.2, 2)],
    ['one of four always says benign', lazy(3)],
  ];
  return kinds.map(([labels, verdicts]) => {
    const rows = known.map((left) => {
      const { model } = championFrom(
        known.filter((one) => one !== left),
        verdicts,
      );
      const above = aboveLine(model, left.judged, line);
      const days = new Set(left.judged.map(({ finding }) => Math.floor(finding.firstEventAt / 86_400_000))).size;
      return {
        logLoss: logLoss(
          left.judged.map(({ finding, isTrue }) => givenBy(model, exampleOf(left.network, finding, isTrue))),
        ),
        phasesFound: new Set(above.filter(({ isTrue }) => isTrue).flatMap(({ phases }) => [...phases])).size,
        findingsPerDay: above.length / days,
      };
    });
    const mean = (of: (row: (typeof rows)[number]) => number): number =>
      rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
    return {
      labels,
      logLoss: mean((row) => row.logLoss),
      phasesFound: mean((row) => row.phasesFound),
      findingsPerDay: mean((row) => row.findingsPerDay),
    };
  });
}
