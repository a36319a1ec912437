import { z } from 'zod';
import { Estimate } from '../../../contracts/learning.ts';
import type { Features } from '../../../contracts/model.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { StateTx } from '../../../ports/state-store.ts';
import { weigh } from '../../../score/index.ts';
import { toLearn } from '../example.ts';
import { MOST_EXAMPLES } from '../learner.ts';
import { calibrationDrift } from './calibration.ts';
import { mixDrift } from './mix.ts';

const DAY = 86_400_000;
const RECENT_DAYS = 7;
const EARLIER_DAYS = 28;
const MOST_FINDINGS = 2_000;
const FEWEST = 20;
/** One in a hundred: looked at daily, about four false calls a year for each of the two. */
const ALPHA = 0.01;
/** Evidence that a true model reaches at most once in a hundred. */
const ENOUGH = 100;

const Mix = z.object({
  recent: z.number().int(),
  earlier: z.number().int(),
  divergence: z.number().nullable(),
  p: z.number().nullable(),
  moved: z.array(z.object({ name: z.string(), before: z.number(), after: z.number() })).readonly(),
});

/** Whether what the champion sees, or how true its probabilities are, has changed. */
export const Drift = z.object({
  champion: z.string(),
  at: z.number(),
  /** Findings of the last days against those of the days before. */
  days: z.object({ recent: z.number(), earlier: z.number() }),
  detectors: Mix,
  terms: Mix,
  /** Of verdicts later than those the champion learned from. */
  calibration: z.object({
    verdicts: z.number().int(),
    observed: z.number().int(),
    expected: Estimate,
    logLoss: z.number().nullable(),
    promisedLogLoss: z.number().nullable(),
    evidence: z.number(),
  }),
  /** What is significant, in sentences; nothing is changed by it. */
  said: z.array(z.string()),
});
export type Drift = z.infer<typeof Drift>;

/** Looks at the champion's inputs and at its calibration. Null where there is no champion. */
export async function driftOf(tx: StateTx, clock: Clock, tenant: string): Promise<Drift | null> {
  const champion = await tx.models.champion(tenant);
  if (champion === null) return null;
  const at = clock.now();
  const since = at - RECENT_DAYS * DAY;
  const inputs = await tx.models.inputs(tenant, since - EARLIER_DAYS * DAY, MOST_FINDINGS);
  const recent = inputs.filter((each) => each.at >= since);
  const earlier = inputs.filter((each) => each.at < since);
  const windows = (of: (features: Features) => string[]) =>
    mixDrift(
      recent.map(({ features }) => of(features)),
      earlier.map(({ features }) => of(features)),
      FEWEST,
    );
  const detectors = windows((features) => features.detectors.map(({ id }) => id));
  const terms = windows((features) =>
    Object.entries(features.terms).map(([term, value]) => `${term} ${value > 0 ? 'for' : 'against'} a threat`),
  );
  const learnedUntil = champion.model.trainedOn.to ?? 0;
  const claims = toLearn(await tx.models.examples(tenant, MOST_EXAMPLES))
    .filter((example) => example.at > learnedUntil)
    .map(({ features, isThreat }) => ({ probability: weigh(champion.model, features).probability, isThreat }));
  const calibration = calibrationDrift(claims);
  return {
    champion: champion.id,
    at,
    days: { recent: RECENT_DAYS, earlier: EARLIER_DAYS },
    detectors,
    terms,
    calibration,
    said: [...mixSaid('detectors', detectors), ...mixSaid('terms', terms), ...calibrationSaid(calibration)],
  };
}

function mixSaid(what: string, { p, recent, earlier, divergence, moved }: z.infer<typeof Mix>): string[] {
  if (p === null || p >= ALPHA || divergence === null) return [];
  const [most] = moved;
  const example =
    most === undefined ? '' : `; ${most.name} in ${percent(most.after)} of findings instead of ${percent(most.before)}`;
  return [
    `The ${what} of ${recent} findings of the last ${RECENT_DAYS} days differ from those of ${earlier} before: divergence ${divergence.toFixed(3)} bits, p = ${p.toFixed(3)}${example}`,
  ];
}

function calibrationSaid({ evidence, observed, expected, verdicts }: Drift['calibration']): string[] {
  if (evidence < ENOUGH) return [];
  const side = observed > expected.value ? 'too low' : 'too high';
  return [
    `The champion's probabilities are ${side}: ${observed} threats in ${verdicts} verdicts, where they promised ${expected.value.toFixed(1)} (${expected.low.toFixed(1)} to ${expected.high.toFixed(1)})`,
  ];
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
