import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Given, givenBy, handSet, metricsOf, slopeOf } from '../../src/score/index.ts';
import { dataOptions, median } from '../data-options.ts';
import { afterVerdicts } from './after-ten.ts';
import { curves, curvesSvg } from './curves.ts';
import { type Measured, measure } from './measure.ts';
import { championFrom, exampleOf, type Known, line } from './models.ts';
import { alertsOf, networks } from './network.ts';
import { noiseTable } from './noise.ts';
import { published } from './published.ts';
import { replay } from './replay.ts';
import { Truth } from './truth.ts';

const root = join(import.meta.dirname, '../..');
const { data, json } = dataOptions({ data: join(root, '../shared/data'), rules: [] });
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Once over each network with the hand-set model: what stories there are, and what they were. */
const known: Known[] = [];
for (const network of networks) {
  const alerts = [...alertsOf(data, network)];
  const truth = new Truth(alerts);
  known.push({
    network,
    judged: truth.judge(replay(network, alerts, { model: () => handSet })),
    attackDays: truth.days.attack,
  });
  say(`${network}: ${alerts.length} alerts, ${known.at(-1)?.judged.length} stories`);
}

/** Each network by a model that has learned from the others alone. */
const pooled: Given[] = [];

function leftOut(network: string) {
  const { model, spread } = championFrom(known.filter((one) => one.network !== network));
  const alerts = [...alertsOf(data, network)];
  const truth = new Truth(alerts);
  const replayed = replay(network, alerts, { model: () => model, capacity: line });
  const judged = truth.judge(replayed);
  const examples = judged.map(({ finding, isTrue }) => exampleOf(network, finding, isTrue));
  const given = examples.map((example) => givenBy(model, example));
  pooled.push(...given);
  const { calibrationSlope, brierSkill, logLoss } = metricsOf(model, examples);
  const after = afterVerdicts(network, model, judged, line);
  const fromNothing = afterVerdicts(network, handSet, judged, line);
  say(`${network}: measured`);
  return {
    name: network,
    ...measure(truth, replayed, judged),
    spread: { gain: spread.gain, detector: spread.detector, family: spread.family },
    logLoss,
    calibrationSlope: calibrationSlope?.value ?? null,
    calibrationInterval: calibrationSlope === null ? null : [calibrationSlope.low, calibrationSlope.high],
    brierSkill,
    logLossChange: after.change,
    logLossChangeInterval: [after.low, after.high],
    phasesLostByLearning: after.phasesLost,
    fromHandSet: { change: fromNothing.change, interval: [fromNothing.low, fromNothing.high] },
    laterCandidates: after.later,
  };
}

const results = networks.map(leftOut);

const share = pooled.filter(({ isThreat }) => isThreat).length / pooled.length;
const brier =
  pooled.reduce((sum, { logOdds, isThreat }) => sum + (1 / (1 + Math.exp(-logOdds)) - (isThreat ? 1 : 0)) ** 2, 0) /
  pooled.length;
const quiet = results.reduce((sum, one) => sum + one.quietDays, 0);
const together = {
  candidates: pooled.length,
  threats: pooled.filter(({ isThreat }) => isThreat).length,
  calibrationSlope: slopeOf(pooled),
  brierSkill: 1 - brier / (share * (1 - share)),
  quietDays: quiet,
  quietDayFindings: results.reduce((sum, one) => sum + (one.quietDayFindings ?? 0) * one.quietDays, 0) / quiet,
};
const middle = (of: (one: (typeof results)[number]) => number | null): number | null => {
  const values = results.map(of).filter((value) => value !== null);
  return values.length === 0 ? null : median(values);
};
const medians = {
  findingsPerDay: middle((one) => one.findingsPerDay),
  mostFindingsADay: middle((one) => one.mostFindingsADay),
  quietDayFindings: together.quietDayFindings,
  phasesPresent: middle((one) => one.phasesPresent),
  phasesFound: middle((one) => one.phasesFound),
  phasesNamed: middle((one) => one.phasesNamed),
  trueFindings: middle((one) => one.trueFindings),
  firstTrueRank: middle((one) => one.firstTrueRank),
  trueShareAboveLine: middle((one) => one.trueShareAboveLine),
  minutesToVisible: middle((one) => one.minutesToVisible),
  logLossChange: middle((one) => one.logLossChange),
  logLossChangeFromHandSet: middle((one) => one.fromHandSet.change),
  calibrationSlope: middle((one) => one.calibrationSlope),
  brierSkill: middle((one) => one.brierSkill),
};
const noise = noiseTable(known);
const learning = curves(known);
writeFileSync(join(root, 'docs/images/learning-curves.svg'), curvesSvg(learning));
const report = { networks: results, median: medians, pooled: together, noise, learning, published };
if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  const rows: readonly (keyof Measured)[] = [
    'findingsPerDay',
    'mostFindingsADay',
    'quietDayFindings',
    'phasesFound',
    'trueFindings',
    'firstTrueRank',
    'trueShareAboveLine',
    'minutesToVisible',
  ];
  for (const one of results) say(`${one.name}: ${rows.map((row) => `${row} ${JSON.stringify(one[row])}`).join(', ')}`);
  process.stdout.write(`${JSON.stringify({ median: medians, pooled: together, noise, published }, null, 2)}\n`);
}
